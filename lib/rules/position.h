/*
 * position.h - what happens to the quantities of a position when units come, go
 * and are given to lines. Rows are not known here: each function moves figures of
 * the head, and tells what the caller's rows and events must follow.
 */
#ifndef BKO_RULES_POSITION_H
#define BKO_RULES_POSITION_H

#include "base/number.h"
#include "base/records.h"

/* A position that nothing was ever done to. */
void bko__head_new(struct bko__head *head);

/* Units that an eligible line of `waiting` units gets now: whole quanta. */
static inline int64_t bko__take_size(const struct bko__head *head, int64_t waiting)
{
	return head->missing ? 0 : bko__whole(bko__min(head->open, waiting), head->quantum);
}

/* Whether any eligible line could take anything now. */
static inline int bko__can_serve(const struct bko__head *head)
{
	return bko__take_size(head, head->eligible) > 0;
}

/* Buffer and open units as the safety stock wants them: fills the buffer from
 * open units (before the queue where it guards it, else from what the queue leaves,
 * though a chain may have to serve it yet), opens what is above it. */
void bko__buffer_settle(struct bko__head *head);

/* The open units a chain of serving has still to give. */
int64_t bko__ready_units(const struct bko__head *head);

/* Starts the switch at its setting; follows what is available now. */
void bko__switch_start(struct bko__head *head);
void bko__switch_follow(struct bko__head *head);

/* Units accepted for later that count against the limit. */
static inline int64_t bko__limit_use(const struct bko__head *head)
{
	return head->backordered + head->scheduled - head->outside;
}

/* Compares the edges with the head's and updates them: bits that rose, and
 * bits that fell. */
void bko__edges_follow(struct bko__head *head, uint32_t *rose, uint32_t *fell);

/* Each figure within the public range, nothing negative that must not be. */
int bko__head_in_range(const struct bko__head *head);

#endif
