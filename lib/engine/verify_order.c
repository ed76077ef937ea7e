/*
 * verify_order.c - orders: each line adds up, each record is in a status the table
 * lists, each row below them can be read.
 */
#include "base/number.h"
#include "engine/verify.h"

enum { OUTCOME_ROWS = 32 };

static void fault_at(struct bko__fault *f, uint32_t check, uint32_t what, uint32_t line,
                     int64_t expected, int64_t found)
{
	if (f->check || expected == found)
		return;
	f->check = check;
	f->what = what;
	f->line = line;
	f->expected = expected;
	f->found = found;
}

/* Ordered = allocated + backordered + shipped + cancelled, and nothing negative. */
static void audit_line(struct bko_engine *engine, struct bko__ord *order, uint32_t number,
                       struct bko__fault *f)
{
	const struct bko__line *rec = &order->lines[number].rec;
	int64_t open = 0, shipped = 0, returned = 0;
	uint32_t p;

	for (p = 0; p < rec->place_count; p++) {
		struct bko__at at = bko__order_at(engine, order, number, p);
		int64_t allocated = bko__at_allocated(&at), picked = bko__at_picked(&at);

		open += allocated + bko__at_waiting(&at);
		shipped += at.place->shipped;
		returned += at.place->returned;
		fault_at(f, BKO_CHECK_Q2, 2, number, 1,
		         allocated >= 0 && picked >= 0 && picked <= allocated &&
		                 bko__at_waiting(&at) >= 0);
		fault_at(f, BKO_CHECK_Q2, 3, number, 1, at.place->returned <= at.place->shipped);
	}
	fault_at(f, BKO_CHECK_Q2, 0, number, bko__line_open(rec), open);
	fault_at(f, BKO_CHECK_Q8, 0, number, shipped, rec->shipped);
	fault_at(f, BKO_CHECK_Q8, 1, number, returned, rec->returned);
	fault_at(f, BKO_CHECK_Q2, 1, number, 1,
	         rec->ordered >= 0 && rec->shipped >= 0 && rec->cancelled >= 0 &&
	                 rec->returned >= 0 && rec->returned <= rec->shipped);
}

static void audit_order(struct bko_engine *engine, struct bko__ord *order, struct bko__fault *f)
{
	uint32_t i, status;

	fault_at(f, BKO_CHECK_O2, 0, 0, 1,
	         order->rec.state >= BKO__O_OPEN && order->rec.state <= BKO__O_ERROR);
	if (order->rec.state >= BKO__O_REFUSED)
		return;
	fault_at(f, BKO_CHECK_O2, 1, 0, order->rec.state == BKO__O_HELD,
	         order->rec.state == BKO__O_HELD && order->rec.hold_until > 0);
	/* an expired hold's units went back position by position; its record stays */
	if (order->rec.state == BKO__O_HELD && !bko__order_live(engine, order))
		return;
	for (i = 0; i < order->rec.line_count; i++)
		audit_line(engine, order, i, f);
	status = bko__order_status(order, order->now);
	fault_at(f, BKO_CHECK_O2, 2, 0,
	         status == BKO_STATUS_CANCELLED || status == BKO_STATUS_COMPLETE ||
	                 status == BKO_STATUS_RELEASED,
	         order->rec.closed != 0);
}

/* Outcomes stand alone where their order never came to be: errors recorded, or operations
 * resolved as void. Bytes of an order do not. */
static int32_t audit_rest(struct bko_engine *engine, const struct bko_span *id,
                          struct bko__fault *f)
{
	struct bko__range *range;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	bko__order_key(id, key);
	bko__key_byte(key, 'l');
	range = bko__want_below(engine, key, 1);
	status = bko__fetch(engine);
	if (!status && range->count)
		fault_at(f, BKO_CHECK_S1, 1, 0, 1, 0);
	return status;
}

/* One order. What looks wrong is looked at again: on a store that others write to, its
 * rows may have been of several moments. */
int32_t bko__audit_orders(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__key *from = &a->from;
	struct bko_span id, none = {NULL, 0};
	struct bko__ord *order = NULL;
	struct bko__fault *fault = &a->fault;
	uint32_t found = 1, end = 0;
	int32_t status = bko__base_want(engine);

	memset(fault, 0, sizeof *fault);
	*from = a->audit->from;
	if (!status)
		status = bko__audit_next(engine, from, &id, &end);
	if (!status && !id.size) {
		a->done = end;
		a->audit->next = *from;
		return BKO_OK;
	}
	if (!status)
		order = bko__order_want(engine, &id);
	if (!status)
		status = bko__fetch(engine);
	if (!status)
		status = bko__audit_base(engine);
	if (!status)
		status = bko__order_decode(engine, order, &found);
	if (!status && order->lines)
		status = bko__order_positions(engine, order, UINT32_MAX, 0, a->now);
	if (status == BKO_E_CORRUPT) {
		fault_at(fault, BKO_CHECK_RECORD, 0, 0, 1, 0);
		status = engine->tx.status = BKO_OK;
	} else if (!status && !found) {
		status = audit_rest(engine, &id, fault);
	} else if (!status) {
		audit_order(engine, order, fault);
	}
	bko__undo(engine);
	if (status)
		return status;
	a->done = 0;
	if (bko__audit_doubts(engine, a->audit, fault->check != 0)) {
		a->audit->next = a->audit->from;
		return BKO_OK;
	}
	a->audit->next = *from;
	if (fault->check)
		bko__found(a->audit, fault->check, fault->what, fault->expected, fault->found,
		           &none, &none, &id, fault->line);
	return BKO_OK;
}

/* Units of a row: each can be read, and there is no more. */
static int units_sound(struct bko__reader *reader, uint32_t count)
{
	struct bko__unit unit;

	while (count-- && !reader->bad)
		bko__unit_read(reader, &unit);
	return !reader->bad && reader->at == reader->size;
}

/* Whether a row below an order, whose further key begins at byte `at`, can be read. */
static int below_sound(struct bko_engine *engine, const struct bko__row *row, size_t at,
                       struct bko__opcome *room)
{
	struct bko__reader reader = {row->value, row->value_size, 0, 0};
	struct bko__unit unit;
	struct bko_span id;

	switch (row->key[at]) {
	case 'l': return row->key_size == at + 3; /* its bytes are looked at with the order */
	case 'o':
		return bko__key_id_at(row, at + 1, &id) && id.size &&
		       row->key_size == at + 2 + id.size &&
		       !bko__op_read(engine, row, &reader, room) &&
		       units_sound(&reader, room->units <= BKO__INLINE_UNITS ? room->units : 0);
	case 'u':
		while (reader.at < reader.size && !reader.bad)
			bko__unit_read(&reader, &unit);
		return bko__key_id_at(row, at + 1, &id) && id.size &&
		       row->key_size == at + 4 + id.size && !reader.bad;
	default: return 0;
	}
}

/* A page of rows at and below orders. The key of each must be one; orders themselves had
 * a pass of their own. */
int32_t bko__audit_outcomes(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko_span id, none = {NULL, 0};
	struct bko__opcome *room = bko__take(engine, sizeof *room);
	struct bko__key *end = &engine->room.end;
	struct bko__range *range;
	uint32_t i;
	int32_t status;

	bko__key_begin(end, 'O');
	bko__key_after(end, end);
	range = bko__want_range(engine, &a->audit->from, end, OUTCOME_ROWS);
	status = room ? bko__fetch(engine) : engine->tx.status;
	for (i = 0; !status && i < range->count; i++) {
		const struct bko__row *row = range->rows[i];

		if (!bko__key_id_at(row, 1, &id) || !id.size)
			id.size = 0;
		else if (row->key_size == 2 + id.size ||
		         below_sound(engine, row, 2 + id.size, room))
			continue;
		bko__found(a->audit, BKO_CHECK_RECORD, 30, 1, 0, &none, &none, &id, 0);
	}
	if (status)
		return status;
	a->done = !range->more;
	if (range->more)
		bko__row_past(range->rows[range->count - 1], &a->audit->next);
	return BKO_OK;
}
