/*
 * key.h - the keys of all rows. Ids are length-prefixed, so they list by length,
 * then bytes, and no id can reach into its neighbour's rows.
 *
 *   S                        store header
 *   D                        defaults
 *   I item                   item
 *   I item loc               position head; below it, by one more byte:
 *   I item loc a rank        part allocated after waiting
 *   I item loc b             buckets
 *   I item loc d start       demand counted in the period that began then
 *   I item loc f source      last figure of a feed
 *   I item loc o operation   outcome of a stock or supply operation
 *   I item loc p             the position's own policy
 *   I item loc s supply      open supply
 *   I item loc t time        agenda: holds that expire then
 *   I item loc w rank        part that waits and may be served
 *   I item loc z rank        part that waits and is passed over
 *   L loc                    calendar
 *   O order                  order; O order l n its further bytes
 *   O order o operation      outcome of an operation on the order
 *   O order u operation n    units it moved, where they are many
 *   T time item loc          when a position is next due
 *   X kind id                limit across positions
 *   H lane                   lane head; E lane number: events
 *   C lane consumer          acknowledged number
 */
#ifndef BKO_BASE_KEY_H
#define BKO_BASE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "backorder/types.h"
#include "backorder/store.h"

struct bko__key {
	uint32_t size;
	uint8_t bytes[BKO_KEY_MAX];
};

/* A place in line. `sub` tells parts split from one line apart; 0 is left out. */
struct bko__rank {
	uint32_t epoch, band;
	int64_t time;
	uint64_t sequence, sub;
};

void bko__key_begin(struct bko__key *key, uint8_t kind);
void bko__key_byte(struct bko__key *key, uint8_t byte);
void bko__key_id(struct bko__key *key, const void *data, size_t size);
void bko__key_number(struct bko__key *key, uint64_t value, unsigned bytes);
void bko__key_rank(struct bko__key *key, const struct bko__rank *rank);

/* The first key behind all keys that begin with this one. */
void bko__key_after(const struct bko__key *key, struct bko__key *end);

/* Reads the rank that begins at byte `at`; 0 if these bytes are none. */
int bko__key_get_rank(const uint8_t *key, size_t size, size_t at, struct bko__rank *rank);

int bko__rank_compare(const struct bko__rank *a, const struct bko__rank *b);
int bko__key_compare(const void *a, size_t a_size, const void *b, size_t b_size);

#endif
