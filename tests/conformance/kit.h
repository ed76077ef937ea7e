/*
 * kit.h - what the files of the conformance kit share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_KIT_H
#define BACKORDER_KIT_H

#include "conformance.h"

enum {
	KIT_ENTRIES = 320,  /* of the largest batch and query */
	KIT_ATTEMPTS = 64,  /* of what may work later */
	KIT_VERSIONS = 8192 /* rows that were, kept to recognize them */
};

/* ---- Rows and the plain model (model.c) ----------------------------------------- */

struct kit_row {
	size_t key_size, value_size;
	uint64_t revision, hint;
	unsigned char bytes[]; /* key, then value */
};

struct kit_model {
	struct kit_row **rows; /* sorted by key */
	size_t count, room;
};

/* Order of keys as the contract words it. */
int kit_compare(const void *a, size_t a_size, const void *b, size_t b_size);
int kit_compare_spans(const struct bko_span *a, const struct bko_span *b);

void *kit_alloc(void *old, size_t size); /* ends the program without memory */
struct kit_row *kit_row_make(const struct bko_span *key, const struct bko_span *value,
                             uint64_t revision);
struct bko_span kit_row_key(const struct kit_row *row);
struct bko_span kit_row_value(const struct kit_row *row);
int kit_row_same(const struct kit_row *row, const struct bko_span *value);

size_t kit_model_lower(const struct kit_model *model, const struct bko_span *key);
struct kit_row *kit_model_get(const struct kit_model *model, const struct bko_span *key);
/* Puts a row in its place, or takes one out; returns what was there before, which is
 * the caller's. */
struct kit_row *kit_model_put(struct kit_model *model, struct kit_row *row);
struct kit_row *kit_model_take(struct kit_model *model, const struct bko_span *key);
void kit_model_clear(struct kit_model *model);
void kit_model_copy(struct kit_model *to, const struct kit_model *from);
/* The entry whose guard does not hold, or the count. */
size_t kit_model_guards(const struct kit_model *model, const struct bko_entry *entries,
                        size_t count);
/* What was there before goes to old[i]; NULL: it is freed. */
void kit_model_apply(struct kit_model *model, const struct bko_entry *entries, size_t count,
                     uint64_t revision, struct kit_row **old);

uint64_t kit_random(uint64_t *state);
uint32_t kit_below(uint64_t *state, uint32_t bound);

/* A set of numbers. */
struct kit_set {
	uint64_t *slots;
	size_t count, room; /* room: a power of two */
};
int kit_set_add(struct kit_set *set, uint64_t number); /* 0: it was there */
int kit_set_has(const struct kit_set *set, uint64_t number);

/* ---- Asking a store (ask.c) ------------------------------------------------------- */

struct kit_given {
	uint32_t index;
	struct kit_row *row;
	const void *value; /* as given, for stores that lend */
};

/* One who asks, with what was answered. */
struct kit_asker {
	struct bko_store store;
	struct kit_report *report;
	const char *during; /* what is being looked at, for texts */
	struct kit_given *given;
	size_t count, room;
	unsigned char more[KIT_ENTRIES];
	size_t asked;
	uint32_t waiting, ended, applying;
	int32_t status;
	uint64_t revision, measured;
	int64_t native, sum;
	void (*inside)(void *host); /* called when the first row of a read was given */
	void *inside_host;
	bko_reply *reply;
	uint64_t room_for_reply[BKO_REPLY_BYTES / 8];
};

void kit_asker_open(struct kit_asker *asker, const struct bko_store *store,
                    struct kit_report *report);
void kit_asker_close(struct kit_asker *asker);

void kit_fault(struct kit_report *report, uint32_t fault, const char *format, ...);
void kit_show(char *text, size_t room, const struct bko_span *bytes);

/* One call; the status said. Everything lent is spoilt afterwards. */
int32_t kit_ask_read(struct kit_asker *asker, const struct bko_read *reads, size_t count);
int32_t kit_ask_apply(struct kit_asker *asker, const struct bko_entry *entries, size_t count);
/* Reads until it is no longer busy. */
int32_t kit_ask_patiently(struct kit_asker *asker, const struct bko_read *reads, size_t count);
void kit_ask_wait(struct kit_asker *asker, uint32_t attempt);
const struct kit_given *kit_ask_row(const struct kit_asker *asker, uint32_t index);

/* ---- A run ------------------------------------------------------------------------- */

struct kit {
	const struct kit_subject *subject;
	struct kit_report *report;
	struct kit_asker asker, other;
	int has_other;
	struct kit_model model;    /* what the store must hold */
	struct kit_row **versions; /* what it held, a ring */
	size_t version_count;
	struct kit_set revisions; /* given so far */
	uint64_t last;            /* of the last batch */
	uint64_t random;
	uint32_t renamed; /* 1 + the fault that wrong rows mean; 0: what they are */
	uint32_t broken;  /* a hook failed: nothing more can be done */
};

/* commit.c: applies, with retries, compares, and keeps the model up. Returns DONE,
 * CONFLICT as it must be, or another status after which nothing was applied. */
int32_t kit_commit(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                   size_t count);
int32_t kit_put(struct kit *kit, const char *key, const char *value);
void kit_found(struct kit *kit, uint32_t fault, const char *what, const struct bko_span *key);
const struct kit_row *kit_version(const struct kit *kit, const struct bko_span *key,
                                  const struct bko_span *value, uint64_t revision, int exact);

/* compare.c: reads and compares with the model. Returns how many differences. */
size_t kit_check(struct kit *kit, struct kit_asker *asker, const struct bko_read *reads,
                 size_t count);
size_t kit_check_all(struct kit *kit, struct kit_asker *asker, uint32_t limit);
/* Takes what the store holds for what it should, after a finding. */
void kit_adopt(struct kit *kit);

/* Builders. */
struct bko_span kit_span(const char *text);
struct bko_read kit_one(const struct bko_span *key);
struct bko_read kit_range(const struct bko_span *key, const struct bko_span *end, uint32_t limit);
struct bko_entry kit_entry(const struct bko_span *key, const struct bko_span *value, uint32_t guard,
                           uint64_t revision, uint32_t action);

/* Opens the store anew by a hook and goes on with it; 0 if it went well. */
int kit_reopen(struct kit *kit, int power);
void kit_other_open(struct kit *kit);
void kit_other_close(struct kit *kit);

/* The checks. */
void kit_rows(struct kit *kit);    /* order, ranges, limits, sizes */
void kit_guards(struct kit *kit);  /* guards, batches, revisions, hints */
void kit_durable(struct kit *kit); /* ends and losses of power */
void kit_many(struct kit *kit);    /* several handles */
void kit_history(struct kit *kit); /* at random */

#endif
