/*
 * engine.c - opening and closing, sizes, errors, and the checks at the door that
 * every verb shares.
 */
#include "engine/engine.h"

#include "base/number.h"

#ifndef BKO_NO_MALLOC
#include <stdlib.h>
#endif

enum {
	ARENA_LINES = 16,   /* default max_lines in an arena */
	ROWS_PER_LINE = 8,  /* head, item, policy, agenda, due, part, limits, demand */
	ROWS_BESIDE = 96,   /* settings, lanes, order, served parts */
	KEPT_PER_ROW = 640, /* arena bytes: the row, its key, its value */
	WORK_PER_ROW = 1024,
	WORK_BESIDE = 24576,
	ALIGN = 16
};

#ifndef BKO_NO_MALLOC
static void *heap(void *host, void *block, size_t old_size, size_t size)
{
	(void)host;
	(void)old_size;
	if (size == 0) {
		free(block);
		return NULL;
	}
	return realloc(block, size);
}
#endif

int32_t bko__fail_line(struct bko_engine *engine, int32_t status, const char *text, uint32_t line)
{
	engine->error.status = status;
	engine->error.line = line;
	engine->error.text = text;
	return status;
}

int32_t bko__fail(struct bko_engine *engine, int32_t status, const char *text)
{
	return bko__fail_line(engine, status, text, UINT32_MAX);
}

int32_t bko__take_sized(void *to, size_t own, const void *from, uint32_t theirs)
{
	const uint8_t *bytes = from;
	size_t i;

	if (theirs < own || theirs > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	for (i = own; i < theirs; i++) {
		if (bytes[i])
			return BKO_E_STRUCT_NEWER;
	}
	memcpy(to, from, own);
	return BKO_OK;
}

int32_t bko__struct_in(struct bko_engine *engine, void *to, size_t own, const void *from,
                       uint32_t theirs, const char *name)
{
	int32_t status = from ? bko__take_sized(to, own, from, theirs) : BKO_E_MISUSE;

	return status ? bko__fail(engine, status, name) : BKO_OK;
}

void bko__struct_out(void *to, uint32_t theirs, const void *from, size_t own)
{
	const size_t skip = sizeof(uint32_t);
	size_t size = theirs < own ? theirs : own;

	if (size > skip)
		memcpy((uint8_t *)to + skip, (const uint8_t *)from + skip, size - skip);
	if (theirs > own)
		memset((uint8_t *)to + own, 0, theirs - own);
}

int32_t bko__check_id(struct bko_engine *engine, const struct bko_span *id, uint32_t empty,
                      const char *name)
{
	if (id->size > BKO_ID_MAX || (id->size == 0 && !empty) || (id->size && !id->data))
		return bko__fail(engine, BKO_E_ARGUMENT, name);
	return BKO_OK;
}

int32_t bko__check_op(struct bko_engine *engine, const struct bko_op *op, struct bko_op *copy)
{
	int32_t status =
		bko__struct_in(engine, copy, sizeof *copy, op, op ? op->struct_size : 0, "op");

	if (!status)
		status = bko__check_id(engine, &copy->id, 0, "op.id");
	if (!status && !bko__time_ok(copy->now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "op.now_ms");
	if (!status && (copy->flags & ~(uint32_t)(BKO_OP_COUNT_REFUSED | BKO_OP_RETRIED)))
		status = bko__fail(engine, BKO_E_ARGUMENT, "op.flags");
	return status;
}

static size_t aligned(size_t size)
{
	return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static uint32_t buckets_for(uint32_t rows)
{
	uint32_t count = 64;

	while (count < rows)
		count *= 2;
	return count;
}

/* Copies options (NULL: none) and fills defaults in. */
static int32_t take_options(const struct bko_options *options, struct bko_options *own)
{
	int32_t status;

	memset(own, 0, sizeof *own);
	if (options) {
		status = bko__take_sized(own, sizeof *own, options, options->struct_size);
		if (status)
			return status;
	}
	if (own->lanes > BKO_LANES_MAX || own->max_lines > BKO_LINES_MAX || own->pull > 1 ||
	    own->max_rows > 1u << 24 || own->retries > 1000000)
		return BKO_E_ARGUMENT;
	if (!own->late_ms)
		own->late_ms = 3600000;
	if (!own->max_lines)
		own->max_lines = own->arena ? ARENA_LINES : BKO_LINES_MAX;
	if (!own->max_rows)
		own->max_rows =
			own->max_lines * ROWS_PER_LINE + ROWS_BESIDE + (own->arena ? 0 : 65536);
	if (!own->serve_lines)
		own->serve_lines = own->arena ? 16 : 64;
	if (!own->retries)
		own->retries = 16;
	if (!own->wait_ms)
		own->wait_ms = 2000;
	if (own->max_rows < 32 || own->serve_lines > own->max_rows / 4)
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

/* What lies in an arena, in this order. */
struct layout {
	size_t engine, rows, buckets, kept, work, total;
};

static struct layout lay_out(const struct bko_options *options)
{
	struct layout l;

	l.engine = aligned(sizeof(struct bko_engine));
	l.rows = aligned(options->max_rows * sizeof(struct bko__row *));
	l.buckets = aligned(buckets_for(options->max_rows) * sizeof(struct bko__row *));
	l.kept = (size_t)options->max_rows * KEPT_PER_ROW;
	l.work = (size_t)options->max_rows * WORK_PER_ROW + WORK_BESIDE;
	l.total = ALIGN + l.engine + l.rows + l.buckets + l.kept + l.work;
	return l;
}

int32_t bko_engine_size(const struct bko_options *options, size_t *size)
{
	struct bko_options own;
	uint8_t marker = 0;
	int32_t status;

	if (!size)
		return BKO_E_MISUSE;
	status = take_options(options, &own);
	if (!status && !own.arena) { /* asked before there is an arena: defaults of one */
		struct bko_options asked = own;

		memset(&asked, 0, sizeof asked);
		if (options)
			asked = *options;
		asked.struct_size = sizeof asked;
		asked.arena = &marker;
		status = take_options(&asked, &own);
	}
	*size = status ? 0 : lay_out(&own).total;
	return status;
}

static int store_fits(const struct bko_store *store, uint32_t pull)
{
	return (pull || (store->read && store->apply)) &&
	       (!store->max_key || store->max_key >= BKO_KEY_MAX) &&
	       (!store->max_value || store->max_value >= BKO_VALUE_MAX) &&
	       (!store->max_entries || store->max_entries >= 16);
}

static int32_t open_in_arena(const struct bko_options *options, struct bko_engine **engine)
{
	uint8_t *at = options->arena;
	struct layout l = lay_out(options);
	struct bko_engine *e;

	if (options->arena_size < l.total)
		return BKO_E_NO_MEMORY;
	at += (ALIGN - (uintptr_t)at % ALIGN) % ALIGN;
	e = (struct bko_engine *)(void *)at;
	memset(e, 0, sizeof *e);
	at += l.engine;
	e->tx.rows = (struct bko__row **)(void *)at;
	e->tx.capacity = options->max_rows;
	at += l.rows;
	e->tx.buckets = (struct bko__row **)(void *)at;
	e->tx.bucket_count = buckets_for(options->max_rows);
	memset(at, 0, l.buckets);
	at += l.buckets;
	bko__stack_fix(&e->tx.kept, at, l.kept);
	at += l.kept;
	bko__stack_fix(&e->tx.work, at, l.work);
	e->arena_left = at + l.work;
	*engine = e;
	return BKO_OK;
}

static int32_t open_on_heap(struct bko_options *options, struct bko_engine **engine)
{
	struct bko_engine *e;

#ifndef BKO_NO_MALLOC
	if (!options->alloc)
		options->alloc = heap;
#endif
	if (!options->alloc)
		return BKO_E_NO_MEMORY;
	e = options->alloc(options->alloc_host, NULL, 0, sizeof *e);
	if (!e)
		return BKO_E_NO_MEMORY;
	memset(e, 0, sizeof *e);
	bko__stack_open(&e->tx.kept, options->alloc, options->alloc_host);
	bko__stack_open(&e->tx.warm, options->alloc, options->alloc_host);
	bko__stack_open(&e->tx.work, options->alloc, options->alloc_host);
	*engine = e;
	return BKO_OK;
}

int32_t bko_engine_open(const struct bko_options *options, const struct bko_store *store,
                        bko_engine **engine)
{
	struct bko_options own;
	struct bko_store table;
	int32_t status;

	if (!engine)
		return BKO_E_MISUSE;
	*engine = NULL;
	if (!store)
		return BKO_E_MISUSE;
	status = take_options(options, &own);
	if (!status)
		status = bko__take_sized(&table, sizeof table, store, store->struct_size);
	if (!status && !store_fits(&table, own.pull))
		status = BKO_E_ARGUMENT;
	if (!status) {
		if (own.arena) {
			own.alloc = NULL;
			status = open_in_arena(&own, engine);
		} else {
			status = open_on_heap(&own, engine);
		}
	}
	if (status)
		return status;
	(*engine)->magic = BKO__ENGINE_MAGIC;
	(*engine)->store = table;
	if (own.pull) /* its final run reads rows after the apply */
		(*engine)->store.caps &= ~(uint32_t)BKO_STORE_LENDS;
	(*engine)->options = own;
	(*engine)->tx.max_rows = own.max_rows;
	bko__tx_clear(*engine);
	return BKO_OK;
}

static void release(struct bko_engine *engine)
{
	bko_alloc_fn alloc = engine->options.alloc;
	void *host = engine->options.alloc_host;
	struct bko__tx *tx = &engine->tx;

	bko__stack_close(&tx->kept);
	bko__stack_close(&tx->warm);
	bko__stack_close(&tx->work);
	if (!alloc)
		return;
	if (tx->rows)
		alloc(host, tx->rows, tx->capacity * sizeof(struct bko__row *), 0);
	if (tx->buckets)
		alloc(host, tx->buckets, tx->bucket_count * sizeof(struct bko__row *), 0);
	alloc(host, engine, sizeof *engine, 0);
}

int32_t bko_engine_close(bko_engine *engine)
{
	if (!engine)
		return BKO_OK;
	if (engine->magic != BKO__ENGINE_MAGIC)
		return BKO_E_MISUSE;
	if (engine->inside)
		return BKO_E_REENTRY;
	bko__audit_close(engine);
	if (engine->children && engine->options.arena)
		return bko__fail(engine, BKO_E_BUSY, "open items, orders or queues");
	engine->magic = BKO__CLOSED_MAGIC;
	if (!engine->children)
		release(engine);
	return BKO_OK;
}

/* Children in an arena stand in slots behind the engine. */
void *bko__child_open(struct bko_engine *engine, size_t size)
{
	const uint8_t *end;
	void *child = NULL;
	uint32_t slot;

	if (engine->options.alloc) {
		child = engine->options.alloc(engine->options.alloc_host, NULL, 0, size);
	} else if (size > BKO_CHILD_BYTES) {
		bko__fail(engine, BKO_E_TOO_LARGE, "a copy for the arena");
		return NULL;
	} else {
		end = (const uint8_t *)engine->options.arena + engine->options.arena_size;
		for (slot = 0; slot < 32 && !child; slot++) {
			uint8_t *at = engine->arena_left + (size_t)slot * BKO_CHILD_BYTES;

			if (at > end || (size_t)(end - at) < BKO_CHILD_BYTES)
				break;
			if (engine->slots >> slot & 1)
				continue;
			engine->slots |= (uint32_t)1 << slot;
			child = at;
		}
	}
	if (!child) {
		bko__fail(engine, BKO_E_NO_MEMORY, "a copy");
		return NULL;
	}
	engine->children++;
	return child;
}

void bko__child_close(struct bko_engine *engine, void *child, size_t size)
{
	engine->children--;
	if (engine->options.alloc)
		engine->options.alloc(engine->options.alloc_host, child, size, 0);
	else
		engine->slots &= ~((uint32_t)1 << (size_t)((uint8_t *)child - engine->arena_left) /
		                                          BKO_CHILD_BYTES);
	if (engine->magic == BKO__CLOSED_MAGIC && !engine->children)
		release(engine);
}

int32_t bko_engine_error(const bko_engine *engine, struct bko_error *error)
{
	struct bko_error out;

	if (!engine || engine->magic != BKO__ENGINE_MAGIC || !error)
		return BKO_E_MISUSE;
	if (error->struct_size < sizeof(uint32_t) || error->struct_size > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	out = engine->error;
	if (!out.text)
		out.text = bko_status_text(out.status);
	bko__struct_out(error, error->struct_size, &out, sizeof out);
	return BKO_OK;
}

int32_t bko_engine_stats(const bko_engine *engine, struct bko_stats *stats)
{
	struct bko_stats out;

	if (!engine || engine->magic != BKO__ENGINE_MAGIC || !stats)
		return BKO_E_MISUSE;
	if (stats->struct_size < sizeof(uint32_t) || stats->struct_size > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	out = engine->stats;
	out.children = engine->children;
	out.memory = sizeof *engine + engine->tx.kept.held + engine->tx.warm.held +
	             engine->tx.work.held + engine->tx.capacity * sizeof(struct bko__row *) +
	             engine->tx.bucket_count * sizeof(struct bko__row *);
	bko__struct_out(stats, stats->struct_size, &out, sizeof out);
	return BKO_OK;
}

int32_t bko_engine_sync(bko_engine *engine)
{
	int32_t status = bko__enter(engine, 0, NULL);

	if (status)
		return status;
	if (!engine->store.sync || engine->options.pull)
		return bko__fail(engine, BKO_E_UNSUPPORTED, "store.sync");
	bko__reply_begin(engine, BKO__WAIT);
	engine->inside = 1;
	engine->store.sync(engine->store.host, &engine->reply);
	engine->inside = 0;
	engine->reply.waiting = 0;
	engine->error.reply = engine->reply.status;
	engine->error.native = engine->reply.native;
	if (engine->reply.status != BKO_REPLY_DONE)
		return bko__fail(engine, BKO_E_IO, "store.sync");
	return BKO_OK;
}

uint32_t bko_struct_size(uint32_t kind)
{
	switch (kind) {
	case BKO_KIND_OPTIONS: return sizeof(struct bko_options);
	case BKO_KIND_STORE: return sizeof(struct bko_store);
	case BKO_KIND_OP: return sizeof(struct bko_op);
	case BKO_KIND_POLICY: return sizeof(struct bko_policy);
	case BKO_KIND_LINE: return sizeof(struct bko_line);
	case BKO_KIND_ORDER_REQUEST: return sizeof(struct bko_order_request);
	case BKO_KIND_OUTCOME: return sizeof(struct bko_outcome);
	case BKO_KIND_LINE_OUTCOME: return sizeof(struct bko_line_outcome);
	case BKO_KIND_AVAILABILITY: return sizeof(struct bko_availability);
	case BKO_KIND_POSITION: return sizeof(struct bko_position);
	case BKO_KIND_EVENT: return sizeof(struct bko_event);
	case BKO_KIND_FINDING: return sizeof(struct bko_finding);
	case BKO_KIND_WANTED: return sizeof(struct bko_wanted);
	case BKO_KIND_CURSOR: return sizeof(struct bko_cursor);
	default: return 0;
	}
}
