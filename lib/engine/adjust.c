/*
 * adjust.c - what is physically there: counted, changed, moved between buckets, or
 * told by a feed.
 */
#include "base/number.h"
#include "engine/buckets.h"
#include "engine/news.h"
#include "engine/place.h"
#include "engine/shortage.h"
#include "engine/stock.h"

struct adjusting {
	struct bko_op op;
	struct bko_adjustment adjustment;
	struct bko_outcome *outcome;
	struct bko__hash hash;
	/* of the run */
	struct bko__pos *pos;
	struct bko__row *feed;
	int64_t missing;
	struct bko__opcome done;
};

static void adjust_hash(const struct bko_adjustment *a, struct bko__hash *hash)
{
	bko__hash_begin(hash, BKO__VERB_ADJUST);
	bko__hash_uint(hash, a->kind);
	bko__hash_bytes(hash, a->bucket.data, a->bucket.size);
	bko__hash_bytes(hash, a->to_bucket.data, a->to_bucket.size);
	bko__hash_bytes(hash, a->source.data, a->source.size);
	bko__hash_bytes(hash, a->reason.data, a->reason.size);
	bko__hash_uint(hash, (uint64_t)a->quantity);
	bko__hash_uint(hash, a->kind == BKO_ADJUST_COUNT ? a->revision : 0);
}

/* Units in a bucket; without a name those that are sellable: free and allocated,
 * as far as they are there. */
static int32_t adjust_there(struct bko_engine *engine, const struct adjusting *a,
                            const struct bko_span *bucket, int64_t *units)
{
	const struct bko__head *head = &a->pos->head;

	if (bucket->size)
		return bko__bucket_units(engine, a->pos, bucket, units);
	*units = head->on_hand - head->unavailable;
	return BKO_OK;
}

/* So many units more (or less) in a bucket or sellable; on hand is not touched. */
static int32_t adjust_by(struct bko_engine *engine, struct adjusting *a,
                         const struct bko_span *bucket, int64_t units)
{
	struct bko__head *head = &a->pos->head;

	if (bucket->size)
		return bko__bucket_add(engine, a->pos, bucket, units, &a->op.id);
	if (units >= 0)
		head->open += units;
	else if (-units > head->on_hand - head->unavailable)
		return bko__fail(engine, BKO_E_INSUFFICIENT, "adjustment.quantity");
	else
		a->missing += bko__shortage_take(engine, a->pos, -units, &a->op.id);
	return BKO_OK;
}

/* The difference that brings what is there to the figure given. */
static int32_t adjust_difference(struct bko_engine *engine, struct adjusting *a, int64_t *units)
{
	const struct bko_adjustment *q = &a->adjustment;
	int64_t there;
	int32_t status = adjust_there(engine, a, &q->bucket, &there);

	if (status)
		return status;
	*units = q->quantity;
	if (q->kind == BKO_ADJUST_CHANGE)
		return BKO_OK;
	if (q->kind == BKO_ADJUST_COUNT && q->revision != a->pos->head.revision)
		return bko__fail(engine, BKO_E_STALE, "adjustment.revision");
	if (q->kind == BKO_ADJUST_FEED && a->feed->present &&
	    bko__number_get(bko__value(a->feed), &there))
		return bko__fail(engine, BKO_E_CORRUPT, "the figure of a feed");
	*units -= there;
	return BKO_OK;
}

static int32_t adjust_amount(struct bko_engine *engine, struct adjusting *a, int64_t *units)
{
	const struct bko_adjustment *q = &a->adjustment;
	struct bko__head *head = &a->pos->head;
	struct bko__event *event = &engine->room.event;
	struct bko__writer w;
	int32_t status = adjust_difference(engine, a, units);

	if (!status)
		status = adjust_by(engine, a, &q->bucket, *units);
	if (status)
		return status;
	head->on_hand += *units;
	head->adjusted += *units;
	bko__pos_event(a->pos, BKO_EVENT_ADJUSTED, *units, event);
	event->detail = q->kind;
	event->order = q->reason;
	event->cause = a->op.id;
	bko__emit(engine, a->pos->lane, event);
	if (q->kind != BKO_ADJUST_FEED)
		return BKO_OK;
	w = bko__scratch(engine, 16);
	bko__number_put(&w, q->quantity);
	bko__put_scratch(engine, a->feed, &w);
	return engine->tx.status;
}

static int32_t adjust_move(struct bko_engine *engine, struct adjusting *a, int64_t *units)
{
	const struct bko_adjustment *q = &a->adjustment;
	int32_t status;

	*units = q->quantity;
	status = adjust_by(engine, a, &q->bucket, -q->quantity);
	return status ? status : adjust_by(engine, a, &q->to_bucket, q->quantity);
}

static int32_t adjust_run(struct bko_engine *engine, void *arguments)
{
	struct adjusting *a = arguments;
	const struct bko_adjustment *q = &a->adjustment;
	struct bko__opcome *done = &a->done;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	a->missing = 0;
	status = bko__stock_want(engine, &a->op, BKO__VERB_ADJUST, &a->hash, &q->item, &q->location,
	                         BKO__POS_SERVES, &a->pos);
	if (status)
		return status;
	if (q->bucket.size || q->to_bucket.size)
		bko__buckets_want(engine, a->pos);
	if (q->kind == BKO_ADJUST_FEED) {
		bko__pos_subkey(a->pos, 'f', key);
		bko__key_id(key, q->source.data, q->source.size);
		a->feed = bko__want(engine, key, BKO__WANT_FREE);
	}
	status = bko__stock_load(engine, a->pos, a->op.now_ms, a->outcome);
	if (status)
		return status;
	if (!a->pos->exists)
		return bko__fail(engine, BKO_E_NOT_FOUND, "adjustment.location");
	memset(done, 0, sizeof *done);
	status = q->kind == BKO_ADJUST_MOVE ? adjust_move(engine, a, &done->quantity)
	                                    : adjust_amount(engine, a, &done->quantity);
	if (status)
		return status;
	a->pos->head.revision++;
	a->pos->dirty = 1;
	done->missing = a->missing;
	done->subject = q->reason;
	return bko__stock_done(engine, a->pos, done, a->outcome);
}

static int32_t adjust_check_text(struct bko_engine *engine, const struct bko_span *text,
                                 uint32_t empty, const char *name)
{
	if (bko__check_id(engine, text, empty, name) || text->size > BKO_REASON_TEXT_MAX)
		return bko__fail(engine, BKO_E_ARGUMENT, name);
	return BKO_OK;
}

static int32_t adjust_check(struct bko_engine *engine, const struct bko_adjustment *a)
{
	int feed = a->kind == BKO_ADJUST_FEED, move = a->kind == BKO_ADJUST_MOVE;
	int32_t status = bko__check_position(engine, &a->item, &a->location);

	if (!status && (a->kind < BKO_ADJUST_COUNT || a->kind > BKO_ADJUST_FEED))
		status = bko__fail(engine, BKO_E_ARGUMENT, "adjustment.kind");
	if (!status)
		status = adjust_check_text(engine, &a->reason, 0, "adjustment.reason");
	if (!status)
		status = adjust_check_text(engine, &a->bucket, 1, "adjustment.bucket");
	if (!status)
		status = adjust_check_text(engine, &a->to_bucket, 1, "adjustment.to_bucket");
	if (!status)
		status = adjust_check_text(engine, &a->source, !feed, "adjustment.source");
	if (status)
		return status;
	if (!feed && a->source.size)
		return bko__fail(engine, BKO_E_ARGUMENT, "adjustment.source");
	if (feed && a->bucket.size)
		return bko__fail(engine, BKO_E_ARGUMENT, "adjustment.bucket");
	if (!move && a->to_bucket.size)
		return bko__fail(engine, BKO_E_ARGUMENT, "adjustment.to_bucket");
	if (move &&
	    !bko__key_compare(a->bucket.data, a->bucket.size, a->to_bucket.data, a->to_bucket.size))
		return bko__fail(engine, BKO_E_ARGUMENT, "adjustment.to_bucket (is bucket)");
	if ((move && a->quantity < 1) || (a->kind == BKO_ADJUST_COUNT && a->quantity < 0))
		return bko__fail(engine, BKO_E_ARGUMENT, "adjustment.quantity");
	if (!bko__quantity_ok(a->quantity))
		return bko__fail(engine, BKO_E_RANGE, "adjustment.quantity");
	return BKO_OK;
}

int32_t bko_stock_adjust(bko_engine *engine, const struct bko_op *op,
                         const struct bko_adjustment *adjustment, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_ADJUST, op);
	struct adjusting *a;

	if (status)
		return status;
	a = BKO__CALL(engine, struct adjusting);
	status = bko__check_op(engine, op, &a->op);
	if (!status)
		status = bko__struct_in(engine, &a->adjustment, sizeof a->adjustment, adjustment,
		                        adjustment ? adjustment->struct_size : 0, "adjustment");
	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status)
		status = adjust_check(engine, &a->adjustment);
	a->outcome = outcome;
	if (status)
		return status;
	adjust_hash(&a->adjustment, &a->hash);
	return bko__drive_request(engine, adjust_run, a, &a->hash, &a->adjustment.item,
	                          &a->adjustment.location);
}
