/*
 * place.h - what placing shares with the verbs that accept units later: confirm,
 * amend, split.
 */
#ifndef BKO_ENGINE_PLACE_H
#define BKO_ENGINE_PLACE_H

#include "engine/decide.h"

/* One call of place or quote. */
struct bko__placing {
	struct bko_op op;
	struct bko_order_request request;
	struct bko_outcome *outcome;
	struct bko__hash hash;
	uint32_t quote;
	struct bko__buyer buyer;
	struct bko__ord order;
	struct bko__opcome done;
	struct bko__order refusal;
};

/* Makes a place of a line for what a plan takes at candidate `c`, with a rank of
 * its own; plan->location says which of the line's candidates that is. */
int32_t bko__place_part(struct bko_engine *engine, struct bko__ord *order, uint32_t number,
                        const struct bko__buyer *buyer, const struct bko__plan *plan, uint32_t c,
                        uint32_t part_number);

int32_t bko__check_outcome(struct bko_engine *engine, struct bko_outcome *outcome);

void bko__line_out(struct bko_outcome *outcome, uint32_t number,
                   const struct bko_line_outcome *line);

/* request.c: checks a request, fingerprints it, makes its plans (anew in each run: they
 * are of the run). */
int32_t bko__request_check(struct bko_engine *engine, const struct bko_order_request *request);
void bko__request_hash(const struct bko_order_request *request, struct bko__hash *hash);
int32_t bko__request_plans(struct bko_engine *engine, struct bko__placing *placing);

/* place_outcome.c: the lines of a decision; the first outcome of an order that is there
 * already. */
void bko__placed_out(const struct bko__placing *placing, struct bko_outcome *outcome);
int32_t bko__placed_replay(struct bko_engine *engine, struct bko__placing *placing,
                           struct bko_outcome *outcome);

#endif
