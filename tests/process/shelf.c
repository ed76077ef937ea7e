/*
 * shelf.c - what must be true of the file when nobody sells any more: what the
 * sellers were told adds up to what is there, each operation once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "seller.h"

#include <stdio.h>
#include <string.h>

struct sums {
	int64_t allocated, shipped, received;
};

static uint32_t wrong(const char *what, uint32_t a, uint32_t b, int64_t is, int64_t should)
{
	printf("%s %u-%u: %lld instead of %lld\n", what, (unsigned)a, (unsigned)b, (long long)is,
	       (long long)should);
	return 1;
}

/* What became of an order by all that its seller was told. */
struct fate {
	int64_t allocated[LINES], shipped[LINES], cancelled[LINES];
};

static void follow(const struct shelf *shelf, uint32_t seller, uint32_t order, struct fate *fate)
{
	uint32_t number, i;

	memset(fate, 0, sizeof *fate);
	for (i = 0; i < LINES; i++)
		fate->allocated[i] = shelf->told[seller][order].lines[i];
	for (number = order + 1; number < shelf->ops && number <= order + 12; number++) {
		const struct told *told = &shelf->told[seller][number];
		struct sale sale;

		sale_make(shelf, seller, number, &sale);
		if (sale.of != order || told->status != BKO_OK ||
		    (sale.kind != KIND_CANCEL && sale.kind != KIND_SHIP))
			continue;
		for (i = 0; i < LINES; i++) { /* all of the order, either way */
			*(sale.kind == KIND_SHIP ? &fate->shipped[i] : &fate->cancelled[i]) +=
				fate->allocated[i];
			fate->allocated[i] = 0;
		}
	}
}

/* An order in the file against what its seller was told. */
static uint32_t check_order(const struct shelf *shelf, bko_engine *engine, uint32_t seller,
                            uint32_t number, struct sums *sums)
{
	struct bko_line_info lines[LINES];
	const struct told *told = &shelf->told[seller][number];
	struct sale sale;
	struct fate fate;
	bko_order *order = NULL;
	size_t count = 0;
	uint32_t faults = 0, i;
	char name[24];
	struct bko_span id = sale_id(name, 'o', seller, number);
	int32_t status = bko_order_open(engine, 5000, &id, &order);

	sale_make(shelf, seller, number, &sale);
	if (told->status != BKO_OK || told->flags & BKO_OUTCOME_REFUSED) {
		if (status == BKO_OK) { /* the record of a refusal */
			struct bko_order_info info = {.struct_size = sizeof info};

			bko_order_read(order, &info);
			bko_order_close(order);
			return info.status == BKO_STATUS_REFUSED
			               ? 0
			               : wrong("refused order", seller, number, info.status,
			                       BKO_STATUS_REFUSED);
		}
		return 0;
	}
	if (status != BKO_OK)
		return wrong("order", seller, number, status, BKO_OK);
	for (i = 0; i < LINES; i++)
		lines[i].struct_size = sizeof *lines;
	status = bko_order_lines(order, 0, lines, LINES, sizeof *lines, &count);
	bko_order_close(order);
	if (status != BKO_OK || count != sale.lines)
		return wrong("lines of order", seller, number, (int64_t)count, sale.lines);
	follow(shelf, seller, number, &fate);
	for (i = 0; i < sale.lines; i++) {
		if (lines[i].allocated != fate.allocated[i])
			faults += wrong("allocated", seller, number, lines[i].allocated,
			                fate.allocated[i]);
		if (lines[i].shipped != fate.shipped[i])
			faults +=
				wrong("shipped", seller, number, lines[i].shipped, fate.shipped[i]);
		if (lines[i].cancelled != fate.cancelled[i])
			faults += wrong("cancelled", seller, number, lines[i].cancelled,
			                fate.cancelled[i]);
		sums[sale.item[i]].allocated += fate.allocated[i];
		sums[sale.item[i]].shipped += fate.shipped[i];
	}
	return faults;
}

static uint32_t check_items(bko_engine *engine, const struct sums *sums)
{
	uint32_t item, faults = 0;

	for (item = 0; item < ITEMS; item++) {
		struct bko_position position = {.struct_size = sizeof position};
		int64_t on_hand = STOCK + sums[item].received - sums[item].shipped;
		char name[24];
		struct bko_span id = item_id(name, item);
		bko_item *handle = NULL;
		size_t count = 0;
		int32_t status = bko_item_open(engine, 5000, &id, &handle);

		if (status == BKO_OK)
			status = bko_item_read(handle, 0, &position, 1, sizeof position, &count);
		bko_item_close(handle);
		if (status != BKO_OK || count != 1)
			return faults + wrong("item", item, 0, status, BKO_OK);
		if (position.on_hand != on_hand)
			faults += wrong("on hand", item, 0, position.on_hand, on_hand);
		if (position.allocated != sums[item].allocated)
			faults += wrong("allocated of", item, 0, position.allocated,
			                sums[item].allocated);
		if (position.allocated > position.on_hand) /* oversold */
			faults += wrong("oversold", item, 0, position.allocated, position.on_hand);
		if (position.open != on_hand - sums[item].allocated)
			faults += wrong("open", item, 0, position.open,
			                on_hand - sums[item].allocated);
	}
	return faults;
}

static uint32_t check_verify(bko_engine *engine)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding found[8];
	size_t count = 0;
	uint32_t faults = 0;
	int32_t status = BKO_OK;

	while (status == BKO_OK && !cursor.done) {
		status = bko_engine_verify(engine, 5000, 0, &cursor, 1000, found, 8, sizeof *found,
		                           &count);
		if (status == BKO_OK && count > 0)
			faults += wrong("verify", found[0].check, found[0].what, found[0].found,
			                found[0].expected);
	}
	return status == BKO_OK ? faults : faults + wrong("verify", 0, 0, status, BKO_OK);
}

/* Every unit that moved was told of once. */
static uint32_t check_events(bko_engine *engine, const struct sums *sums)
{
	int64_t allocated = 0, shipped = 0, received = 0;
	struct bko_event events[16];
	uint64_t last = 0;
	size_t count = 1, i;
	uint32_t faults = 0;

	while (count > 0) {
		int32_t status =
			bko_event_read(engine, 0, last, events, 16, sizeof *events, &count);

		if (status != BKO_OK)
			return wrong("events", 0, 0, status, BKO_OK);
		for (i = 0; i < count; i++) {
			const struct bko_event *event = &events[i];

			if (event->number != ++last)
				faults += wrong("number of event", 0, 0, (int64_t)event->number,
				                (int64_t)last);
			allocated += event->kind == BKO_EVENT_ALLOCATED ||
			                             event->kind == BKO_EVENT_UNALLOCATED
			                     ? event->amount
			                     : 0;
			shipped += event->kind == BKO_EVENT_SHIPPED ? event->amount : 0;
			received += event->kind == BKO_EVENT_RECEIVED ? event->amount : 0;
		}
	}
	for (i = 0; i < ITEMS; i++) {
		allocated -= sums[i].allocated + sums[i].shipped;
		shipped -= sums[i].shipped;
		received -= sums[i].received + STOCK;
	}
	if (allocated != 0 || shipped != 0 || received != 0)
		faults += wrong("events beyond what was told: allocated", 0, 0, allocated, 0) +
		          wrong("shipped", 0, 0, shipped, 0) + wrong("received", 0, 0, received, 0);
	return faults;
}

uint32_t shelf_check(const struct shelf *shelf)
{
	struct sums sums[ITEMS];
	struct handle handle;
	uint32_t seller, number, faults = 0;

	memset(sums, 0, sizeof sums);
	if (handle_open(&handle, shelf->file))
		return 1;
	for (seller = 0; seller < SELLERS; seller++) {
		if (shelf->differing[seller] > 0)
			faults += wrong("repeated, and told otherwise", seller, 0,
			                (int64_t)shelf->differing[seller], 0);
		for (number = 0; number < shelf->ops; number++) {
			const struct told *told = &shelf->told[seller][number];
			struct sale sale;

			sale_make(shelf, seller, number, &sale);
			if (!told->known)
				faults += wrong("not done", seller, number, 0, 1);
			if (sale.kind == KIND_RECEIVE && told->status == BKO_OK)
				sums[sale.item[0]].received += sale.quantity[0];
			if (sale.kind == KIND_ORDER)
				faults += check_order(shelf, handle.engine, seller, number, sums);
		}
	}
	faults += check_items(handle.engine, sums) + check_verify(handle.engine) +
	          check_events(handle.engine, sums);
	handle_close(&handle);
	return faults;
}
