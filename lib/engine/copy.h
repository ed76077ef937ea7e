/*
 * copy.h - what the reading verbs share.
 */
#ifndef BKO_ENGINE_COPY_H
#define BKO_ENGINE_COPY_H

#include "engine/decide.h"
#include "engine/stock.h"

/* Of a span too long for an id, as keys of a damaged store may hold, its beginning. */
void bko__id_out(struct bko_span span, struct bko_id *id);

/* The bytes of an id in a key, its length at byte `at`; 0 if these are none. */
int bko__key_id_at(const struct bko__row *row, size_t at, struct bko_span *id);

/* Whether element arrays a caller gives can be filled. */
int32_t bko__check_array(struct bko_engine *engine, const void *array, size_t capacity,
                         uint32_t stride, size_t least, const size_t *count);

/* Fills an array of the caller from elements of ours. */
void bko__array_out(void *array, size_t capacity, uint32_t stride, const void *elements,
                    size_t count, size_t own, size_t *filled);

/* Claims that rank before a part: exact, or from above (*at_least 1), and how many
 * parts were seen before it. */
int32_t bko__ahead_of(struct bko_engine *engine, struct bko__pos *pos, const struct bko__pt *part,
                      int64_t *ahead, int64_t *parts, uint32_t *at_least);

/* The date of a part's last waiting unit, as a customer is given it; *supply: the element
 * of pos->supplies that brings it, or BKO_SUPPLIES_MAX. Loads supplies. */
int32_t bko__part_promise(struct bko_engine *engine, struct bko__pos *pos,
                          const struct bko__pt *part, uint32_t *kind, int64_t *date,
                          uint32_t *supply);

/* A part of a hold that ran out: its row waits to be swept. */
int bko__part_dead(const struct bko__pos *pos, const struct bko__part *part);

/* List keys of one letter: ids only, no rows below them. */
int32_t bko__list_ids(struct bko_engine *engine, uint32_t verb, uint8_t kind,
                      struct bko_cursor *cursor, struct bko_id *ids, size_t capacity,
                      size_t *count);

#endif
