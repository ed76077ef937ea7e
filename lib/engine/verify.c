/*
 * verify.c - the walk over all phases, a step at a time; see verify.h.
 *
 * What a walk has gathered lives in the engine between calls, under a ticket that the
 * cursor carries; a cursor whose ticket is another's begins its group anew.
 */
#include "engine/verify.h"

#include "base/number.h"

enum { TRIES = 3 };

void bko__found(struct bko__audit *audit, uint32_t check, uint32_t what, int64_t expected,
                int64_t found, const struct bko_span *item, const struct bko_span *location,
                const struct bko_span *order, uint32_t line)
{
	struct bko_finding *out = &audit->found[audit->found_count];

	if (audit->found_count == BKO__FOUND_MAX)
		return; /* so much is wrong here that the first ones say it */
	audit->found_count++;
	memset(out, 0, sizeof *out);
	out->struct_size = sizeof *out;
	out->check = check;
	out->what = what;
	out->line = line;
	out->expected = expected;
	out->found = found;
	bko__id_out(*item, &out->item);
	bko__id_out(*location, &out->location);
	bko__id_out(*order, &out->order);
}

int32_t bko__audit_base(struct bko_engine *engine)
{
	int32_t status = bko__base_load(engine);
	struct bko__defaults *none;

	if (status != BKO_E_CORRUPT)
		return status;
	none = bko__take(engine, sizeof *none);
	if (!none)
		return engine->tx.status;
	memset(none, 0, sizeof *none);
	engine->tx.defaults = none;
	return BKO_OK;
}

int bko__audit_doubts(struct bko_engine *engine, struct bko__audit *audit, int wrong)
{
	if (wrong && !(engine->store.caps & BKO_STORE_EXCLUSIVE) && audit->tries < TRIES - 1) {
		audit->tries++;
		return 1;
	}
	audit->tries = 0;
	return 0;
}

void bko__audit_close(struct bko_engine *engine)
{
	struct bko__audit *audit = engine->audit;

	engine->audit = NULL;
	if (audit)
		bko__child_close(engine, audit, audit->size);
}

static void begin_phase(struct bko__audit *audit, uint32_t phase)
{
	static const uint8_t letters[] = {'I', 0, 'O', 0, 0, 'I', 'O', 'O', 'T', 'D', 0};

	audit->phase = phase;
	audit->from.size = 0;
	if (phase < sizeof letters && letters[phase])
		bko__key_begin(&audit->from, letters[phase]);
}

static int32_t open_audit(struct bko_engine *engine, uint64_t ticket)
{
	size_t room = engine->options.alloc ? BKO__GROUP_MAX * sizeof(struct bko__audited)
	                                    : BKO_CHILD_BYTES - sizeof(struct bko__audit);
	struct bko__audit *audit;

	bko__audit_close(engine);
	audit = bko__child_open(engine, sizeof *audit + room);
	if (!audit)
		return engine->error.status;
	memset(audit, 0, sizeof *audit);
	audit->size = sizeof *audit + room;
	audit->capacity = (uint32_t)(room / sizeof(struct bko__audited));
	audit->ticket = ticket;
	begin_phase(audit, BKO__AUDIT_GROUP);
	engine->audit = audit;
	return BKO_OK;
}

/* Positions that moved are taken once more, so that no traffic hides them, and at most
 * TRIES times; then the group makes room for the next. */
static void next_group(struct bko__audit *audit)
{
	uint32_t i, moved = 0;

	for (i = 0; i < audit->count; i++) {
		if (audit->positions[i].moved)
			audit->positions[moved++] = audit->positions[i];
	}
	audit->at = 0;
	if (moved && ++audit->tries < TRIES) {
		audit->count = moved;
		begin_phase(audit, BKO__AUDIT_AGAIN);
		return;
	}
	audit->count = audit->tries = 0;
	if (audit->end) {
		begin_phase(audit, BKO__AUDIT_ITEMS);
		return;
	}
	begin_phase(audit, BKO__AUDIT_GROUP);
	audit->from = audit->group_end;
}

/* Goes on to what follows a phase that is through. */
static void advance(struct bko__audit *audit)
{
	switch (audit->phase) {
	case BKO__AUDIT_GROUP:
		audit->group_end = audit->next;
		audit->at = 0;
		begin_phase(audit, audit->count ? BKO__AUDIT_ROWS : BKO__AUDIT_ITEMS);
		break;
	case BKO__AUDIT_ROWS:
		audit->from.size = 0;
		if (++audit->at == audit->count) {
			audit->at = 0;
			begin_phase(audit, BKO__AUDIT_PLACES);
		}
		break;
	case BKO__AUDIT_PLACES: begin_phase(audit, BKO__AUDIT_JUDGE); break;
	case BKO__AUDIT_JUDGE:
		if (++audit->at == audit->count)
			next_group(audit);
		break;
	case BKO__AUDIT_AGAIN:
		if (++audit->at == audit->count) {
			audit->at = 0;
			begin_phase(audit, BKO__AUDIT_ROWS);
		}
		break;
	default: begin_phase(audit, audit->phase + 1); break;
	}
}

static int32_t verify_step(struct bko_engine *engine, struct bko__auditing *a)
{
	static const bko__run runs[] = {bko__audit_group,  bko__audit_rows,     bko__audit_places,
	                                bko__audit_judge,  bko__audit_again,    bko__audit_items,
	                                bko__audit_orders, bko__audit_outcomes, bko__audit_due,
	                                bko__audit_alone,  bko__audit_lanes};
	struct bko__audit *audit = a->audit;
	int32_t status;

	a->done = 0;
	/* a position found wrong may be mended, in a step of its own */
	if (engine->progress.phase == 1) {
		status = bko__drive(engine, bko__audit_repair, a);
		if (status)
			return status;
		engine->progress.phase = 0;
		advance(audit);
		return BKO_OK;
	}
	status = bko__drive(engine, runs[audit->phase], a);
	if (status)
		return status;
	if (audit->phase == BKO__AUDIT_JUDGE && (a->flags & BKO_VERIFY_REPAIR) &&
	    audit->found_count)
		engine->progress.phase = 1;
	else if (a->done || audit->phase == BKO__AUDIT_JUDGE || audit->phase == BKO__AUDIT_AGAIN)
		advance(audit);
	else
		audit->from = audit->next;
	return BKO_OK;
}

/* The cursor carries no more than the ticket: everything else stands in the audit. */
static void cursor_out(struct bko_cursor *cursor, const struct bko__audit *audit)
{
	cursor->key_size = 8;
	bko__put_le(cursor->key, audit->ticket, 8);
	cursor->done = audit->phase == BKO__AUDIT_DONE && audit->found_out == audit->found_count;
}

static int32_t check_verify(struct bko_engine *engine, int64_t now_ms, uint32_t flags,
                            const struct bko_cursor *cursor)
{
	if (!cursor)
		return bko__fail(engine, BKO_E_MISUSE, "cursor");
	if (cursor->struct_size < sizeof *cursor || cursor->struct_size > BKO_STRUCT_SIZE_MAX)
		return bko__fail(engine, BKO_E_STRUCT_SIZE, "cursor");
	if (cursor->key_size && cursor->key_size != 8)
		return bko__fail(engine, BKO_E_ARGUMENT, "cursor");
	if (flags & ~(uint32_t)BKO_VERIFY_REPAIR)
		return bko__fail(engine, BKO_E_ARGUMENT, "flags");
	if (!bko__time_ok(now_ms))
		return bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	return BKO_OK;
}

/* Gives out what was found, as far as it fits. */
static void findings_out(struct bko__audit *audit, struct bko_finding *array, size_t capacity,
                         uint32_t stride, size_t *count)
{
	while (audit->found_out < audit->found_count && *count < capacity) {
		bko__struct_out((uint8_t *)array + *count * stride, stride,
		                &audit->found[audit->found_out++], sizeof *array);
		++*count;
	}
	if (audit->found_out == audit->found_count)
		audit->found_out = audit->found_count = 0;
}

int32_t bko_engine_verify(bko_engine *engine, int64_t now_ms, uint32_t flags,
                          struct bko_cursor *cursor, uint32_t budget, struct bko_finding *array,
                          size_t capacity, uint32_t stride, size_t *count)
{
	int32_t status = bko__enter(engine, BKO__VERB_VERIFY, NULL);
	struct bko__auditing *a;

	if (status)
		return status;
	a = BKO__CALL(engine, struct bko__auditing);
	status = bko__check_array(engine, array, capacity, stride, sizeof *array, count);
	if (!status)
		status = check_verify(engine, now_ms, flags, cursor);
	if (status)
		return status;
	*count = 0;
	if (cursor->done)
		return BKO_OK;
	if (engine->step == BKO__IDLE && (!cursor->key_size || !engine->audit ||
	                                  engine->audit->ticket != bko__get_le(cursor->key, 8)))
		status = open_audit(engine, engine->stats.calls);
	if (status)
		return status;
	a->audit = engine->audit;
	a->now = now_ms;
	a->flags = flags;
	/* a step begins with nothing found, so that all it finds has room */
	while (!status && a->audit->phase != BKO__AUDIT_DONE && engine->progress.count < budget) {
		if (a->audit->found_count && !engine->progress.phase)
			break;
		status = verify_step(engine, a);
		engine->progress.count += !status;
	}
	if (status == BKO_WANT)
		return status;
	findings_out(a->audit, array, capacity, stride, count);
	cursor_out(cursor, a->audit);
	if (cursor->done || status)
		bko__audit_close(engine);
	return status;
}
