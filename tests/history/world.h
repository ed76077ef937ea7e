/*
 * A world: an engine on a memory store and a model beside it, that live through
 * the same history and are compared after every step.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_HISTORY_WORLD_H
#define TESTS_HISTORY_WORLD_H

#include "../model/model.h"
#include "drive.h"

enum {
	WORLD_STEPS = MODEL_RECORDS, /* operations of a history at most */
	WORLD_TEXT = 512,
	WORLD_ORDERS = 8 /* orders compared in a step, those touched before apart */
};

/* What the events of a history add up to, by position and by line. */
struct ledger {
	uint64_t next[2]; /* number after the last event read, by lane */
	int64_t on_hand[OP_ITEMS][OP_LOCATIONS];
	int64_t incoming[OP_ITEMS][OP_LOCATIONS];
	int64_t allocated[OP_ITEMS][OP_LOCATIONS];
	int64_t backordered[OP_ITEMS][OP_LOCATIONS];
	int64_t unavailable[OP_ITEMS][OP_LOCATIONS];
	int untracked[OP_ITEMS]; /* sold without stock, once or more */
};

/* Who reads events, and how far they are; what every lane still keeps. */
struct mail {
	int joined[OP_NAMES + 1];
	uint64_t seen[OP_NAMES + 1][2], first[2];
};

struct setup {
	int64_t granule;
	uint32_t lanes, serve_lines, verify_every;
	uint32_t lazy;        /* tick every so many steps; between, only totals are compared */
	uint32_t verify_only; /* leave the comparing to the library's own verify */
	uint32_t shared;      /* a store that is copied over from outside: rows are not cached */
	uint32_t twin;        /* a second engine, on another kind of store, has to agree */
	uint32_t max_entries; /* of a batch that the store takes; 0: any number */
};

/* An engine with its store, and the bytes that each of them holds. */
struct world_side {
	bko_memory *memory;
	bko_engine *engine;
	size_t store_bytes, engine_bytes;
};

struct world {
	struct setup setup;
	bko_memory *memory; /* of one side .. */
	bko_engine *engine;
	struct world_side one, other; /* other: the twin's */
	struct model *model;
	struct record *records;
	struct ledger ledger;
	struct mail mail;
	int64_t latest, settled[OP_ITEMS][OP_LOCATIONS];
	struct batching *batching;
	uint64_t batches, batched, filled; /* of it: put into the store, calls in all, grew full */
	uint32_t steps;
	char why[WORLD_TEXT]; /* of a failure */
};

/* A world stays where it is opened. Closing is 1, with `why`, if bytes are left. */
int world_open(struct world *world, const struct setup *setup);
int world_close(struct world *world);

/* Plays one operation on both sides and compares. Returns 0, or 1 with `why`. */
int world_step(struct world *world, const struct op *op);

/* What time does after a step, and then all comparisons. */
int world_rest(struct world *world, const struct op *op);

/* batch.c: a step that begins or ends a batch or lies in one; whether a twin's two
 * engines hold the same rows. */
int batch_opened(struct world *world);
void batch_closed(struct world *world);
int batch_is_open(const struct world *world);
int batch_step(struct world *world, const struct op *op);
int batch_same_rows(struct world *world);

/* The comparisons by themselves; 0 if equal. */
int compare_results(const struct op *op, const struct op_result *model,
                    const struct op_result *engine, char *why);
int compare_state(struct world *world, const struct op *op);
int compare_available(struct world *world);
int check_ledger(struct world *world);
int ledger_read(struct world *world); /* what is new in it */
int mail_step(struct world *world, const struct op *op);
int check_rules(struct world *world, int64_t now);
int check_verify(struct world *world, int64_t now);

#endif
