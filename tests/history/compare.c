/* What engine and model must agree on, figure by figure. */
#include "world.h"

#include <stdio.h>
#include <string.h>

struct figure {
	const char *name;
	size_t at;
};
#define FIGURE(type, member)                           \
	{                                              \
#member, offsetof(struct type, member) \
	}

/* Adds the whole of a line's decision, to see what else is different. */
static void tell_line(char *why, const char *whose, const struct bko_line_outcome *l)
{
	size_t at = strlen(why);
	snprintf(why + at, WORLD_TEXT - at,
	         "\n    %s: now %lld later %u:%lld, takes %lld waits %lld refused %lld (%u), "
	         "first %lld %u:%lld rest %u:%lld",
	         whose, (long long)l->available_now, l->later_kind, (long long)l->available_later,
	         (long long)l->allocated, (long long)l->backordered, (long long)l->refused,
	         l->reason, (long long)l->first, l->first_kind, (long long)l->first_ms,
	         l->rest_kind, (long long)l->rest_ms);
}

static int differ(char *why, const char *of, const char *name, int64_t model, int64_t engine)
{
	if (model == engine)
		return 0;
	snprintf(why, WORLD_TEXT, "%s: %s: model %lld, engine %lld", of, name, (long long)model,
	         (long long)engine);
	return 1;
}

/* Compares 64-bit members by their places. */
static int differ_wide(char *why, const char *of, const struct figure *f, size_t count,
                       const void *model, const void *engine)
{
	for (size_t i = 0; i < count; i++) {
		int64_t a, b;
		memcpy(&a, (const char *)model + f[i].at, sizeof a);
		memcpy(&b, (const char *)engine + f[i].at, sizeof b);
		if (differ(why, of, f[i].name, a, b))
			return 1;
	}
	return 0;
}

static int differ_narrow(char *why, const char *of, const struct figure *f, size_t count,
                         const void *model, const void *engine)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t a, b;
		memcpy(&a, (const char *)model + f[i].at, sizeof a);
		memcpy(&b, (const char *)engine + f[i].at, sizeof b);
		if (differ(why, of, f[i].name, a, b))
			return 1;
	}
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct figure totals[] = {
	FIGURE(bko_outcome, asked),     FIGURE(bko_outcome, allocated),
	FIGURE(bko_outcome, scheduled), FIGURE(bko_outcome, backordered),
	FIGURE(bko_outcome, refused),   FIGURE(bko_outcome, quantity),
	FIGURE(bko_outcome, missing),
};

static const struct figure line_wide[] = {
	FIGURE(bko_line_outcome, asked),           FIGURE(bko_line_outcome, allocated),
	FIGURE(bko_line_outcome, scheduled),       FIGURE(bko_line_outcome, backordered),
	FIGURE(bko_line_outcome, refused),         FIGURE(bko_line_outcome, available_now),
	FIGURE(bko_line_outcome, available_later), FIGURE(bko_line_outcome, promise_ms),
	FIGURE(bko_line_outcome, first),           FIGURE(bko_line_outcome, first_ms),
	FIGURE(bko_line_outcome, rest_ms),
};
static const struct figure line_narrow[] = {
	FIGURE(bko_line_outcome, reason),       FIGURE(bko_line_outcome, later_kind),
	FIGURE(bko_line_outcome, promise_kind), FIGURE(bko_line_outcome, first_kind),
	FIGURE(bko_line_outcome, rest_kind),    FIGURE(bko_line_outcome, state),
};

static const struct figure available_wide[] = {
	FIGURE(bko_availability, available_now), FIGURE(bko_availability, available_later),
	FIGURE(bko_availability, now),           FIGURE(bko_availability, later),
	FIGURE(bko_availability, promise_ms),    FIGURE(bko_availability, first),
	FIGURE(bko_availability, first_ms),      FIGURE(bko_availability, rest_ms),
	FIGURE(bko_availability, restock_ms),
};
static const struct figure available_narrow[] = {
	FIGURE(bko_availability, state),        FIGURE(bko_availability, reason),
	FIGURE(bko_availability, later_kind),   FIGURE(bko_availability, promise_kind),
	FIGURE(bko_availability, first_kind),   FIGURE(bko_availability, rest_kind),
	FIGURE(bko_availability, restock_kind),
};

static int compare_outcome_lines(const struct op *op, const struct op_result *model,
                                 const struct op_result *engine, char *why)
{
	for (uint32_t i = 0; i < op->line_count; i++) {
		char of[16];
		snprintf(of, sizeof of, "line %u", i);
		if (differ_narrow(why, of, line_narrow, COUNT(line_narrow), &model->lines[i],
		                  &engine->lines[i]) ||
		    differ_wide(why, of, line_wide, COUNT(line_wide), &model->lines[i],
		                &engine->lines[i])) {
			tell_line(why, "model", &model->lines[i]);
			tell_line(why, "engine", &engine->lines[i]);
			return 1;
		}
	}
	return 0;
}

static const struct figure explained_narrow[] = {
	FIGURE(bko_explanation, waits_for),
	FIGURE(bko_explanation, stops),
	FIGURE(bko_explanation, at_least),
	FIGURE(bko_explanation, promise_kind),
};
static const struct figure explained_wide[] = {
	FIGURE(bko_explanation, waiting),
	FIGURE(bko_explanation, promise_ms),
};
static const struct figure explained_alone[] = {
	FIGURE(bko_explanation, ahead),
	FIGURE(bko_explanation, place),
};

/* Of several places the first in no order the model knows speaks for a line. */
static int compare_explained(const struct op_result *model, const struct op_result *engine,
                             char *why)
{
	const struct bko_explanation *a = &model->explanation, *b = &engine->explanation;
	int alone = model->home >= 0;
	return differ_narrow(why, "explanation", explained_narrow, COUNT(explained_narrow), a, b) ||
	       differ_wide(why, "explanation", explained_wide, COUNT(explained_wide), a, b) ||
	       (alone &&
	        (differ(why, "explanation", "home", model->home, engine->home) ||
	         differ_wide(why, "explanation", explained_alone, COUNT(explained_alone), a, b)));
}

int compare_results(const struct op *op, const struct op_result *model,
                    const struct op_result *engine, char *why)
{
	int place = op->kind == OP_PLACE || op->kind == OP_QUOTE;
	struct bko_outcome a = model->outcome, b = engine->outcome;
	enum { FLAGS = BKO_OUTCOME_REPLAYED | BKO_OUTCOME_REFUSED | BKO_OUTCOME_IN_PART };
	if (model->status != engine->status) {
		snprintf(why, WORLD_TEXT, "status: model %s, engine %s",
		         bko_status_name(model->status), bko_status_name(engine->status));
		return 1;
	}
	if (model->status != BKO_OK)
		return 0;
	if (op->kind == OP_EXPLAIN)
		return compare_explained(model, engine, why);
	if (op->kind == OP_AVAILABLE)
		return differ_narrow(why, "availability", available_narrow, COUNT(available_narrow),
		                     &model->availability, &engine->availability) ||
		       differ_wide(why, "availability", available_wide, COUNT(available_wide),
		                   &model->availability, &engine->availability);
	if (b.flags & BKO_OUTCOME_SERVING && !place) { /* a chain is left, so nothing is final */
		a.allocated = b.allocated;
		a.backordered = b.backordered;
	}
	if (place && compare_outcome_lines(op, model, engine, why))
		return 1;
	if (differ(why, "outcome", "flags", model->outcome.flags & FLAGS,
	           engine->outcome.flags & FLAGS) ||
	    differ(why, "outcome", "status", model->outcome.status, engine->outcome.status) ||
	    differ(why, "outcome", "reason", model->outcome.reason, engine->outcome.reason) ||
	    differ(why, "outcome", "happened", model->happened, engine->happened) ||
	    differ_wide(why, "outcome", totals, COUNT(totals), &a, &b))
		return 1;
	return 0;
}

/* ---- Positions ------------------------------------------------------------------ */

static const struct figure position_wide[] = {
	FIGURE(bko_position, on_hand),         FIGURE(bko_position, open),
	FIGURE(bko_position, buffer),          FIGURE(bko_position, kept),
	FIGURE(bko_position, allocated),       FIGURE(bko_position, unavailable),
	FIGURE(bko_position, missing),         FIGURE(bko_position, scheduled),
	FIGURE(bko_position, backordered),     FIGURE(bko_position, outside),
	FIGURE(bko_position, held_allocated),  FIGURE(bko_position, held_backordered),
	FIGURE(bko_position, eligible),        FIGURE(bko_position, ready),
	FIGURE(bko_position, incoming),        FIGURE(bko_position, available_now),
	FIGURE(bko_position, received),        FIGURE(bko_position, returned),
	FIGURE(bko_position, adjusted),        FIGURE(bko_position, transferred_in),
	FIGURE(bko_position, transferred_out), FIGURE(bko_position, shipped),
	FIGURE(bko_position, refused),         FIGURE(bko_position, settled_ms),
};
static const struct figure position_narrow[] = {
	FIGURE(bko_position, switched),
	FIGURE(bko_position, supplies),
	FIGURE(bko_position, serving),
};

/* What is only looked at need not note the time: the engine's is taken over, if it
 * neither goes back nor lies ahead. */
static int take_time(struct world *w, int32_t item, int32_t at, int64_t settled)
{
	if (settled < w->settled[item][at] || settled > w->latest)
		return differ(w->why, "position", "settled", w->settled[item][at], settled);
	/* whatever was due by then has been done, by whichever step settled it */
	if (model_due(w->model, item, at, settled))
		model_settle(w->model, item, at, settled);
	w->settled[item][at] = w->model->positions[item][at].settled = settled;
	return 0;
}

/* Read as of time 0, that is as it is stored: nothing is due any more. */
static int compare_item(struct world *w, int32_t item)
{
	struct bko_position found[OP_LOCATIONS];
	struct name n;
	bko_item *handle = NULL;
	size_t count = 0;
	int32_t status = bko_item_open(w->engine, 0, name_item(&n, item), &handle);
	if (status == BKO_OK)
		status = bko_item_read(handle, 0, found, OP_LOCATIONS, sizeof *found, &count);
	bko_item_close(handle);
	if (!w->model->defined[item])
		return differ(w->why, "undefined item", "status", BKO_E_NOT_FOUND, status);
	if (differ(w->why, "item", "status", BKO_OK, status))
		return 1;
	for (int32_t at = 0, k = 0; at < OP_LOCATIONS; at++) {
		struct position *p = &w->model->positions[item][at];
		struct bko_position want;
		char of[32];
		if (!p->there)
			continue;
		snprintf(of, sizeof of, "item %d at %d", item, at);
		if (k >= (int32_t)count || location_of(&found[k].location) != at)
			return differ(w->why, of, "is there", 1, 0);
		if (take_time(w, item, at, found[k].settled_ms))
			return 1;
		model_position(w->model, item, at, &want);
		if (differ_wide(w->why, of, position_wide, COUNT(position_wide), &want,
		                &found[k]) ||
		    differ_narrow(w->why, of, position_narrow, COUNT(position_narrow), &want,
		                  &found[k]))
			return 1;
		p->revision = found[k].revision;
		k++;
	}
	return 0;
}

/* What is exact at any time, a chain of serving still to come or not. */
int compare_available(struct world *w)
{
	for (int32_t i = 0; i < OP_ITEMS; i++) {
		struct bko_position found[OP_LOCATIONS];
		struct name n;
		bko_item *handle = NULL;
		size_t count = 0;
		if (bko_item_open(w->engine, 0, name_item(&n, i), &handle) == BKO_OK)
			bko_item_read(handle, 0, found, OP_LOCATIONS, sizeof *found, &count);
		bko_item_close(handle);
		for (size_t k = 0; k < count; k++) {
			int32_t at = location_of(&found[k].location);
			struct bko_position want;
			char of[32];
			snprintf(of, sizeof of, "item %d at %d, not quiet", i, at);
			if (take_time(w, i, at, found[k].settled_ms))
				return 1;
			model_position(w->model, i, at, &want);
			if (differ(w->why, of, "available_now", want.available_now,
			           found[k].available_now) ||
			    differ(w->why, of, "on_hand", want.on_hand, found[k].on_hand))
				return 1;
		}
	}
	return 0;
}

/* ---- The queue ------------------------------------------------------------------ */

static int compare_queue(struct world *w, int32_t item, int32_t location, int64_t now)
{
	struct waiting want[MODEL_WAITING];
	struct bko_waiting found[8];
	struct name n, l;
	bko_queue *queue = NULL;
	size_t count = 8;
	int32_t expected = model_queue(w->model, item, location, want), i = 0;
	int32_t status = bko_queue_open(w->engine, now, name_item(&n, item),
	                                name_location(&l, location), BKO_QUEUE_CONSISTENT, &queue);
	char of[48];
	while (status == BKO_OK && count) {
		status = bko_queue_next(queue, found, 8, sizeof *found, &count);
		for (size_t k = 0; status == BKO_OK && k < count; k++, i++) {
			snprintf(of, sizeof of, "queue of item %d at %d, place %d", item, location,
			         i);
			if (i >= expected) {
				bko_queue_close(queue);
				return differ(w->why, of, "lines", expected, i + 1);
			}
			if (differ(w->why, of, "order", want[i].order->id,
			           number_of(&found[k].order)) ||
			    differ(w->why, of, "line", want[i].line - want[i].order->lines,
			           found[k].line) ||
			    differ(w->why, of, "part", want[i].place->part, found[k].part) ||
			    differ(w->why, of, "backordered", want[i].place->backordered,
			           found[k].backordered) ||
			    differ(w->why, of, "parked", want[i].order->held || want[i].line->stops,
			           found[k].parked)) {
				bko_queue_close(queue);
				return 1;
			}
		}
	}
	bko_queue_close(queue);
	snprintf(of, sizeof of, "queue of item %d at %d", item, location);
	return differ(w->why, of, "status", BKO_OK, status) ||
	       differ(w->why, of, "lines", expected, i);
}

/* ---- Orders ---------------------------------------------------------------------- */

static void add_place(const struct model *m, const struct line *l, const struct place *p,
                      struct bko_line_info *line)
{
	(void)m;
	line->allocated += p->allocated;
	line->backordered += p->backordered;
	line->picked += p->picked;
	line->shipped += p->shipped;
	line->returned += p->returned;
	line->cancelled = l->cancelled;
}

static const struct figure order_line[] = {
	FIGURE(bko_line_info, ordered),   FIGURE(bko_line_info, allocated),
	FIGURE(bko_line_info, scheduled), FIGURE(bko_line_info, backordered),
	FIGURE(bko_line_info, picked),    FIGURE(bko_line_info, shipped),
	FIGURE(bko_line_info, cancelled), FIGURE(bko_line_info, returned),
};

static int compare_lines(struct world *w, const struct order *o, int expired,
                         const struct bko_line_info *found)
{
	for (uint32_t i = 0; i < o->line_count; i++) {
		const struct line *l = &o->lines[i];
		struct bko_line_info want;
		char of[48];
		memset(&want, 0, sizeof want);
		snprintf(of, sizeof of, "order %u line %u", o->id, i);
		want.ordered = l->ordered;
		want.cancelled = l->cancelled;
		for (int32_t k = 0; k < l->place_count; k++)
			if (!expired)
				add_place(w->model, l, &l->places[k], &want);
		if (expired) /* all of it went back */
			want.cancelled = want.ordered;
		if (differ_wide(w->why, of, order_line, COUNT(order_line), &want, &found[i]) ||
		    differ(w->why, of, "stops", l->stops, found[i].stops))
			return 1;
	}
	return 0;
}

/* Sums over the places of one kind: a line may have had several there in turn. */
struct spot {
	int64_t allocated, backordered, picked, shipped;
};

static int compare_spot(struct world *w, const struct order *o, const struct bko_place_info *found,
                        size_t count, const struct bko_place_info *at)
{
	const struct line *l = &o->lines[at->line];
	int32_t location = location_of(&at->location);
	struct spot want = {0, 0, 0, 0}, is = {0, 0, 0, 0};
	char of[64];
	for (size_t i = 0; i < count; i++) {
		if (found[i].line != at->line || found[i].part != at->part ||
		    found[i].untracked != at->untracked ||
		    location_of(&found[i].location) != location)
			continue;
		is.allocated += found[i].allocated;
		is.backordered += found[i].backordered;
		is.picked += found[i].picked;
		is.shipped += found[i].shipped;
	}
	for (int32_t k = 0; k < l->place_count; k++) {
		const struct place *p = &l->places[k];
		if (p->location != location || p->part != (int32_t)at->part ||
		    p->untracked != (int32_t)at->untracked)
			continue;
		want.allocated += p->allocated;
		want.backordered += p->backordered;
		want.picked += p->picked;
		want.shipped += p->shipped;
	}
	snprintf(of, sizeof of, "order %u line %u part %u at %d", o->id, at->line, at->part,
	         location);
	return differ(w->why, of, "allocated", want.allocated, is.allocated) ||
	       differ(w->why, of, "backordered", want.backordered, is.backordered) ||
	       differ(w->why, of, "picked", want.picked, is.picked) ||
	       differ(w->why, of, "shipped", want.shipped, is.shipped);
}

static int compare_places(struct world *w, const struct order *o,
                          const struct bko_place_info *found, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (compare_spot(w, o, found, count, &found[i]))
			return 1;
	return 0;
}

static int compare_order(struct world *w, const struct order *o, int64_t now)
{
	struct bko_order_info info = {.struct_size = sizeof info};
	struct bko_line_info lines[OP_LINES];
	struct bko_place_info places[OP_LINES * MODEL_PLACES];
	struct name n;
	bko_order *handle = NULL;
	size_t line_count = 0, place_count = 0;
	int failed, expired = model_status(w->model, o, now) == BKO_STATUS_EXPIRED;
	char of[32];
	int32_t status = bko_order_open(w->engine, now,
	                                name_order(&n, o->pruned ? o->pruned : o->id), &handle);
	if (status == BKO_OK)
		status = bko_order_read(handle, &info);
	if (status == BKO_OK)
		status = bko_order_lines(handle, 0, lines, OP_LINES, sizeof *lines, &line_count);
	if (status == BKO_OK)
		status = bko_order_places(handle, 0, places, COUNT(places), sizeof *places,
		                          &place_count);
	snprintf(of, sizeof of, "order %u", o->id);
	if (o->refused || o->pruned) { /* a record only, or not even that */
		bko_order_close(handle);
		return differ(w->why, of, "opens", BKO_E_NOT_FOUND, status);
	}
	failed = differ(w->why, of, "opens", BKO_OK, status) ||
	         differ(w->why, of, "status", model_status(w->model, o, now), info.status) ||
	         differ(w->why, of, "lines", o->line_count, info.line_count) ||
	         differ(w->why, of, "hold_until", o->hold_until, info.hold_until_ms) ||
	         differ(w->why, of, "class", o->order_class, info.order_class) ||
	         compare_lines(w, o, expired, lines) ||
	         (!expired && compare_places(w, o, places, place_count));
	bko_order_close(handle);
	return failed;
}

int compare_state(struct world *w, const struct op *op)
{
	const struct model *m = w->model;
	for (int32_t i = 0; i < OP_ITEMS; i++)
		if (compare_item(w, i))
			return 1;
	for (int32_t i = 0; i < OP_ITEMS; i++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++)
			if (m->positions[i][k].there && compare_queue(w, i, k, op->now))
				return 1;
	for (uint32_t i = 0; i < m->order_count; i++)
		if (compare_order(w, &m->orders[i], op->now))
			return 1;
	return 0;
}
