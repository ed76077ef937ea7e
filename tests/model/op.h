/*
 * One operation of a history, as the generator makes it, the model plays it and
 * the driver hands it to the engine. Everything has a small number: items,
 * locations, customers, buckets; orders have the number of the operation that
 * made them, and so have shipments, receipts, transfers and announced returns.
 * An operation is compared byte by byte, so it is always zeroed first.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_MODEL_OP_H
#define TESTS_MODEL_OP_H

#include "backorder/backorder.h"

enum {
	OP_ITEMS = 3,
	OP_LOCATIONS = 3,
	OP_LINES = 3,
	OP_NAMES = 2, /* customers, channels, buckets, feed sources: number 0 is none */
	OP_ANY = -1   /* location: every one, line: every one */
};

enum {
	OP_POLICY = 1,
	OP_LIMIT,
	OP_PLACE,
	OP_QUOTE,
	OP_AVAILABLE,
	OP_CONFIRM,
	OP_AMEND,
	OP_SPLIT,
	OP_CANCEL,
	OP_SHIP,
	OP_VOID,
	OP_RETURN,
	OP_MARK,
	OP_RECEIVE,
	OP_REVERSE,
	OP_ADJUST,
	OP_FORCE,
	OP_TRANSFER,
	OP_SUPPLY,
	OP_TICK,
	OP_RERANK,
	OP_RESOLVE,
	OP_CALENDAR, /* of location: stops working days, grace minutes, quantity cut-off, until
	                holiday */
	OP_PRUNE,    /* what is older than until */
	OP_EXPLAIN,
	OP_MAIL,  /* option: MAIL_; consumer in customer, lane in line, number in quantity */
	OP_BATCH, /* option: BATCH_; what comes between is one batch */
	OP_KINDS
};

enum { MAIL_JOIN = 1, MAIL_LEAVE, MAIL_ACKNOWLEDGE, MAIL_TRIM };
enum { BATCH_BEGIN = 1, BATCH_END, BATCH_DISCARD };

struct op_pick {
	int32_t line, location;
	int64_t quantity;
};

struct op_line {
	int32_t item, candidate_count;
	int32_t candidates[OP_LOCATIONS + 1];
	int64_t quantity;
};

struct op {
	uint32_t kind, id;
	uint32_t flags; /* BKO_OP_ */
	uint32_t
		option; /* flags, action, disposition, scope or set bits of the verb's own struct */
	int64_t now;
	uint32_t order; /* that it is about; 0: none */
	uint32_t other; /* shipment, receipt or supply that it names; 0: none */
	int32_t item, location, to, line;
	int32_t customer, channel, bucket, to_bucket; /* a feed's source is in `bucket` */
	uint32_t order_class, stops, line_count, pick_count;
	int64_t quantity;
	int64_t need_by, rank, until; /* until: of a hold or extension, due date, at */
	int64_t grace;
	uint64_t revision;
	struct op_line lines[OP_LINES];
	struct op_pick picks[OP_LINES];
	struct bko_policy policy;
};

/* What an operation gave: the same from model and engine. */
struct op_result {
	int32_t status;
	uint32_t happened; /* of RESOLVE */
	struct bko_outcome outcome;
	struct bko_line_outcome lines[OP_LINES];
	struct bko_availability availability;
	struct bko_explanation explanation;
	int32_t home, supply; /* of it, as numbers; -1 where several places wait */
};

#endif
