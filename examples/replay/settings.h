/*
 * What the merchant chose on the command line.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_SETTINGS_H
#define REPLAY_SETTINGS_H

#include <stdint.h>

/* stock: sell what is on the shelf. backorder: accept more for later, up to a
 * limit. safety: the same, and keep a safety stock back from sale. incoming:
 * accept for later only what suppliers have promised. */
enum policy { POLICY_STOCK, POLICY_BACKORDER, POLICY_SAFETY, POLICY_INCOMING, POLICIES };
extern const char *const policy_names[POLICIES];

struct settings {
	const char *file;  /* "-": standard input */
	const char *log;   /* NULL: none */
	const char *skip;  /* more codes that are no product */
	const char *store; /* NULL: memory */
	enum policy policy;
	int64_t cover_days, review_days, lead_days, safety_days, keep_days;
	int64_t limit;      /* of units backordered at an item; -1: none */
	int64_t late_every; /* every so many deliveries one is late; 0: never */
	int64_t arena_mb;   /* 0: the heap */
	int whole, ship_at_once, csv, compare, plan;
};

#endif
