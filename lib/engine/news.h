/*
 * news.h - the events of a change, written in its own step: numbers within a lane
 * are dense, and all events of a call and lane share as few rows as they fit.
 */
#ifndef BKO_ENGINE_NEWS_H
#define BKO_ENGINE_NEWS_H

#include "engine/engine.h"

uint32_t bko__lane_of(const struct bko_engine *engine, const struct bko_span *id);

/* Wants the head of a lane, or all of them where serving may write into any. */
void bko__lanes_want(struct bko_engine *engine);

/* Adds an event to what this call tells. */
void bko__emit(struct bko_engine *engine, uint32_t lane, const struct bko__event *event);

/* Numbers and puts all that was told. *first and *count: those of `lane`. */
int32_t bko__news_put(struct bko_engine *engine, uint32_t lane, uint64_t *first, uint64_t *count);

#endif
