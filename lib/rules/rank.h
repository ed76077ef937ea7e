/*
 * rank.h - places in line, and the sums of claims that the head keeps by band.
 */
#ifndef BKO_RULES_RANK_H
#define BKO_RULES_RANK_H

#include "base/records.h"

/* What a rank is formed from. */
struct bko__ranked {
	int64_t placed, need_by, rank_ms; /* need_by 0: none */
	uint32_t order_class;
};

/* The rank of a new line at the position; takes the next sequence number. */
void bko__rank_new(struct bko__head *head, const struct bko__ranked *line, struct bko__rank *rank);

/* Adds waiting units that claim (or takes them away) where their rank is. */
void bko__claims_add(struct bko__head *head, const struct bko__rank *rank, int64_t units);

/* A new discipline: all that waits stays ahead. */
void bko__epoch_begin(struct bko__head *head);

#endif
