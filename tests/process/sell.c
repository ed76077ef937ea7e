/*
 * sell.c - one seller: carries its operations out, and after a kill repeats
 * the one that it does not know the end of, by its id.
 *
 * SPDX-License-Identifier: MIT
 */
#include "seller.h"
#include "sqlite_store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { AGAIN = 3, TRIES = 100000 };

static uint64_t mix(uint64_t number)
{
	number += UINT64_C(0x9e3779b97f4a7c15);
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

static uint32_t below(uint64_t *state, uint32_t bound)
{
	*state = mix(*state);
	return (uint32_t)((*state >> 32) * bound >> 32);
}

/* Two of three look at the first two items: those are hot. */
static uint32_t some_item(uint64_t *state)
{
	return below(state, 3) ? below(state, 2) : below(state, ITEMS);
}

void sale_make(const struct shelf *shelf, uint32_t seller, uint32_t number, struct sale *sale)
{
	uint64_t state = mix(shelf->seed * 1000003 + seller * 100000 + number);
	uint32_t kind = below(&state, 100), i;

	memset(sale, 0, sizeof *sale);
	sale->kind = kind < 62 || number == 0 ? KIND_ORDER
	             : kind < 80              ? KIND_CANCEL
	             : kind < 92              ? KIND_SHIP
	                                      : KIND_RECEIVE;
	sale->of = number > 0 ? number - 1 - below(&state, number < 12 ? number : 12) : 0;
	sale->counted = below(&state, 2);
	sale->lines = sale->kind == KIND_ORDER ? 1 + below(&state, LINES) : 1;
	for (i = 0; i < sale->lines; i++) {
		sale->item[i] = some_item(&state);
		sale->quantity[i] = 1 + below(&state, 2);
	}
	if (sale->lines == 2 && sale->item[0] == sale->item[1])
		sale->lines = 1;
}

struct bko_span sale_id(char text[24], char kind, uint32_t seller, uint32_t number)
{
	struct bko_span span = {text, 0};

	span.size = (size_t)snprintf(text, 24, "%c%u-%u", kind, (unsigned)seller, (unsigned)number);
	return span;
}

struct bko_span item_id(char text[24], uint32_t item)
{
	return sale_id(text, 'i', 0, item);
}

static void slow_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct handle *handle = host;

	handle->table.read(handle->table.host, query, reply);
	if (handle->slow && ++handle->reads % 3 == 0)
		sqlite3_sleep(1);
}

static void pass_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct handle *handle = host;

	handle->table.apply(handle->table.host, batch, reply);
}

static void pass_wait(void *host, uint32_t wait_ms, uint32_t attempt)
{
	struct handle *handle = host;

	handle->table.wait(handle->table.host, wait_ms, attempt);
}

void hog(const char *file)
{
	sqlite3 *db = NULL;
	int turn;

	if (sqlite3_open(file, &db) != SQLITE_OK)
		return;
	for (turn = 0;; turn++) {
		if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK) {
			sqlite3_sleep(2 + turn % 13);
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		}
		sqlite3_sleep(5 + turn % 7);
	}
}

int handle_open(struct handle *handle, const char *file)
{
	struct bko_options options = {.struct_size = sizeof options, .retries = 3, .wait_ms = 6};
	struct bko_store store;
	int32_t status = BKO_E_BUSY;

	memset(handle, 0, sizeof *handle);
	while (status == BKO_E_BUSY)
		status = sqlite_store_open(file, SQLITE_STORE_GROUPED, &handle->store);
	if (status == BKO_OK) {
		sqlite_store_table(handle->store, &handle->table);
		store = handle->table;
		store.host = handle;
		store.read = slow_read;
		store.apply = pass_apply;
		store.wait = pass_wait;
		store.sync = NULL;
		store.measure = NULL;
		status = bko_engine_open(&options, &store, &handle->engine);
	}
	if (status != BKO_OK)
		printf("opening: %s\n", bko_status_name(status));
	return status != BKO_OK;
}

void handle_close(struct handle *handle)
{
	bko_engine_close(handle->engine);
	sqlite_store_close(handle->store);
}

static int32_t place(bko_engine *engine, const struct bko_op *op, const struct sale *sale,
                     struct bko_outcome *outcome)
{
	struct bko_line lines[LINES];
	char names[LINES][24];
	struct bko_order_request request;
	const struct bko_span here = {"", 0};
	uint32_t i;

	memset(&request, 0, sizeof request);
	memset(lines, 0, sizeof lines);
	request.struct_size = sizeof request;
	request.lines = lines;
	request.line_count = sale->lines;
	request.stride = sizeof *lines;
	for (i = 0; i < sale->lines; i++) {
		lines[i].struct_size = sizeof *lines;
		lines[i].item = item_id(names[i], sale->item[i]);
		lines[i].candidates = &here;
		lines[i].candidate_count = 1;
		lines[i].quantity = sale->quantity[i];
	}
	return bko_order_place(engine, op, &request, outcome);
}

static int32_t units(bko_engine *engine, const struct bko_op *op, const struct sale *sale,
                     uint32_t seller, struct bko_outcome *outcome)
{
	struct bko_pick all = {.struct_size = sizeof all, .line = BKO_LINE_ALL};
	struct bko_units request = {.struct_size = sizeof request,
	                            .picks = &all,
	                            .pick_count = 1,
	                            .stride = sizeof all};
	char name[24];

	request.order = sale_id(name, 'o', seller, sale->of);
	return sale->kind == KIND_CANCEL ? bko_order_cancel(engine, op, &request, outcome)
	                                 : bko_order_ship(engine, op, &request, outcome);
}

static int32_t receive(bko_engine *engine, const struct bko_op *op, const struct sale *sale,
                       struct bko_outcome *outcome)
{
	struct bko_receipt receipt;
	char name[24];

	memset(&receipt, 0, sizeof receipt);
	receipt.struct_size = sizeof receipt;
	receipt.item = item_id(name, sale->item[0]);
	receipt.quantity = sale->quantity[0];
	return bko_stock_receive(engine, op, &receipt, outcome);
}

/* One attempt. `flags`: of the operation. */
static int32_t attempt(bko_engine *engine, const struct sale *sale, uint32_t seller,
                       uint32_t number, uint32_t flags, struct told *told, uint32_t *replayed)
{
	struct bko_line_outcome lines[LINES];
	struct bko_outcome outcome = {.struct_size = sizeof outcome,
	                              .lines = lines,
	                              .line_capacity = LINES,
	                              .stride = sizeof *lines};
	struct bko_op op = {.struct_size = sizeof op, .flags = flags, .now_ms = 1000 + number};
	char name[24];
	int32_t status;
	uint32_t i;

	memset(lines, 0, sizeof lines);
	memset(told, 0, sizeof *told);
	for (i = 0; i < LINES; i++)
		lines[i].struct_size = sizeof *lines;
	op.id = sale_id(name, "ocsr"[sale->kind], seller, number);
	if (sale->kind == KIND_ORDER && sale->counted)
		op.flags |= BKO_OP_COUNT_REFUSED;
	if (sale->kind == KIND_ORDER)
		status = place(engine, &op, sale, &outcome);
	else if (sale->kind == KIND_RECEIVE)
		status = receive(engine, &op, sale, &outcome);
	else
		status = units(engine, &op, sale, seller, &outcome);
	told->status = status;
	if (status != BKO_OK)
		return status;
	*replayed = outcome.flags & BKO_OUTCOME_REPLAYED;
	told->flags = outcome.flags & ~(uint32_t)BKO_OUTCOME_REPLAYED;
	told->quantity = outcome.quantity;
	if (outcome.flags & BKO_OUTCOME_REFUSED)
		return status;
	for (i = 0; sale->kind == KIND_ORDER && i < sale->lines; i++)
		told->lines[i] = lines[i].allocated;
	return status;
}

static int is_final(int32_t status)
{
	return status == BKO_OK || (status <= BKO_E_NOT_FOUND && status >= BKO_E_EXISTS);
}

/* Until the operation comes back. `doubt`: an earlier process may have carried it out. */
static int carry_out(struct shelf *shelf, bko_engine *engine, uint32_t seller, uint32_t number,
                     int doubt, struct told *told)
{
	struct bko_stats stats = {.struct_size = sizeof stats};
	uint32_t tries, replayed = 0;
	uint64_t before;
	struct sale sale;
	int32_t status;

	sale_make(shelf, seller, number, &sale);
	for (tries = 0; tries < TRIES; tries++) {
		bko_engine_stats(engine, &stats);
		before = stats.conflicts + stats.busy;
		status = attempt(engine, &sale, seller, number, doubt ? BKO_OP_RETRIED : 0, told,
		                 &replayed);
		bko_engine_stats(engine, &stats);
		shelf->lost[seller] += stats.conflicts + stats.busy - before;
		if (is_final(status)) {
			shelf->replayed[seller] += replayed != 0;
			return 0;
		}
		if (status != BKO_E_CONTENDED && status != BKO_E_UNCERTAIN)
			break;
		shelf->contended[seller]++;
		doubt |= status == BKO_E_UNCERTAIN;
	}
	printf("seller %u, operation %u: %s\n", (unsigned)seller, (unsigned)number,
	       bko_status_name(status));
	return 1;
}

/* Whether an operation that is done already must be told alike when it is repeated. */
static int has_record(const struct told *told)
{
	return told->status == BKO_OK && !(told->flags & BKO_OUTCOME_REFUSED);
}

int sell(struct shelf *shelf, uint32_t seller)
{
	struct told *told = shelf->told[seller], again;
	uint32_t first = 0, number;
	struct handle handle;

	if (handle_open(&handle, shelf->file))
		return 1;
	handle.slow = 1;
	while (first < shelf->ops && told[first].known)
		first++;
	for (number = first > AGAIN ? first - AGAIN : 0; number < first; number++) {
		if (!has_record(&told[number]))
			continue;
		if (carry_out(shelf, handle.engine, seller, number, 0, &again))
			return 1;
		shelf->differing[seller] +=
			again.status != told[number].status || again.flags != told[number].flags ||
			again.quantity != told[number].quantity ||
			memcmp(again.lines, told[number].lines, sizeof again.lines) != 0;
	}
	for (number = first; number < shelf->ops; number++) {
		if (carry_out(shelf, handle.engine, seller, number, number == first, &again))
			return 1;
		again.known = 0;
		told[number] = again;
		told[number].known = 1;
	}
	handle_close(&handle);
	return 0;
}
