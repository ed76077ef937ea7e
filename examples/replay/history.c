/*
 * Makes invoices of the rows of a CSV file, and finds for every row that comes
 * back which sales it may belong to. All of it is done before the first order is
 * played, because --compare plays the same history several times.
 *
 * SPDX-License-Identifier: MIT
 */
#include "history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns that matter; others may be there in any number and order. */
enum { INVOICE, ITEM, QUANTITY, TIME, CUSTOMER, PRICE, COLUMNS, NEEDED = PRICE };
static const char *const column_names[COLUMNS] = {"InvoiceNo",   "StockCode",  "Quantity",
                                                  "InvoiceDate", "CustomerID", "UnitPrice"};

/* Codes of the trade that are no goods: postage, fees, discounts, vouchers. One
 * that ends in '*' stands for all that begin like it. */
static const char usual_codes[] =
	"ADJUST,AMAZONFEE,B,BANK CHARGES,C2,C3,CRUK,D,DOT,GIFT_*,M,POST,S";

enum { PRICE_MAX = 1000000000 }; /* in thousandths */

struct reader {
	struct history *history;
	const char *file, *skip;
	uint32_t columns[COLUMNS], column_count;
	uint32_t room;
};

static void malformed(struct reader *reader, const char *why)
{
	struct history *history = reader->history;

	if (history->malformed < HISTORY_FAULTS_KEPT)
		history->faults[history->malformed] = history->csv.row_line;
	history->malformed++;
	fprintf(stderr, "replay: %s, line %u: %s; row left out\n", reader->file,
	        (unsigned)history->csv.row_line, why);
}

/* Finds the columns by the names in the first row that is no note. */
static int take_header(struct reader *reader)
{
	struct csv *csv = &reader->history->csv;
	int more = csv_next(csv);

	if (more && !csv->fault && csv->fields[0].size > 0 &&
	    *(const char *)csv->fields[0].data == '#') {
		struct bko_span *note = &reader->history->note;

		*note = csv->fields[0];
		note->data = (const char *)note->data + 1;
		note->size--;
		more = csv_next(csv);
	}
	if (!more || csv->fault) {
		fprintf(stderr, "replay: %s has no header line: %s\n", reader->file,
		        more ? csv->fault : "it is empty");
		return 0;
	}
	reader->column_count = csv->field_count;
	for (int i = 0; i < COLUMNS; i++) {
		uint32_t at = 0;

		while (at < csv->field_count &&
		       !text_equal(csv->fields[at], text_span(column_names[i])))
			at++;
		if (at == csv->field_count && i < NEEDED) {
			fprintf(stderr, "replay: the header line of %s has no column %s\n",
			        reader->file, column_names[i]);
			return 0;
		}
		reader->columns[i] = at;
	}
	return 1;
}

static int listed(struct bko_span code, const char *list)
{
	while (*list) {
		size_t size = strcspn(list, ",");
		size_t same = size > 0 && list[size - 1] == '*' ? size - 1 : size;

		if (size > 0 && code.size >= same && memcmp(code.data, list, same) == 0 &&
		    (same < size || code.size == size))
			return 1;
		list += size;
		list += *list == ',';
	}
	return 0;
}

/* People type codes in either case; it is one product. */
static struct bko_span upper(struct csv *csv, struct bko_span code)
{
	char *bytes = csv->data + ((const char *)code.data - csv->data);

	for (size_t i = 0; i < code.size; i++)
		if (bytes[i] >= 'a' && bytes[i] <= 'z')
			bytes[i] = (char)(bytes[i] - 'a' + 'A');
	return code;
}

/* What is wrong with the row that was read, NULL if nothing. */
static const char *fault_of(const struct reader *reader, int64_t *quantity, int64_t *time_ms)
{
	const struct csv *csv = &reader->history->csv;
	const uint32_t *at = reader->columns;
	const struct bko_span *fields = csv->fields;

	if (csv->fault)
		return csv->fault;
	if (csv->field_count < reader->column_count)
		return "fewer fields than the header has";
	if (csv->field_count > reader->column_count)
		return "more fields than the header has";
	if (fields[at[INVOICE]].size == 0)
		return "no InvoiceNo";
	if (fields[at[ITEM]].size == 0)
		return "no StockCode";
	if (fields[at[INVOICE]].size > BKO_ID_MAX || fields[at[ITEM]].size > BKO_ID_MAX ||
	    fields[at[CUSTOMER]].size > BKO_ID_MAX)
		return "an InvoiceNo, StockCode or CustomerID of more than 64 bytes";
	if (!text_to_number(fields[at[QUANTITY]], HISTORY_UNITS_MAX, quantity))
		return "Quantity is no whole number within 1,000,000,000";
	if (*quantity == 0)
		return "Quantity is 0";
	if (!text_to_time(fields[at[TIME]], time_ms))
		return "InvoiceDate is no date like 2010-12-01 08:26:00";
	return NULL;
}

/* A price like 2.55, in thousandths; 0 for none, and where the column is missing. */
static uint32_t price_of(const struct reader *reader)
{
	const struct csv *csv = &reader->history->csv;
	const char *text;
	uint64_t price = 0;
	int decimals = -1;
	size_t i;

	if (reader->columns[PRICE] >= csv->field_count)
		return 0;
	text = csv->fields[reader->columns[PRICE]].data;
	for (i = 0; i < csv->fields[reader->columns[PRICE]].size && decimals < 3; i++) {
		if (text[i] == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || price > PRICE_MAX)
			return 0;
		price = price * 10 + (uint64_t)(text[i] - '0');
		decimals += decimals >= 0;
	}
	for (i = decimals > 0 ? (size_t)decimals : 0; i < 3; i++)
		price *= 10;
	return price <= PRICE_MAX ? (uint32_t)price : 0;
}

/* The invoice of a row; the first row of it says when and by whom. */
static uint32_t invoice_of(struct reader *reader, struct bko_span id, struct bko_span customer,
                           int64_t time_ms)
{
	struct history *history = reader->history;
	uint32_t known = history->numbers.count;
	uint32_t at = names_add(&history->numbers, id);

	if (at == known) {
		struct invoice *invoice;

		/* Doubled whenever it is full, that is at every power of two. */
		if ((at & (at - 1)) == 0)
			history->invoices = text_room(history->invoices, at ? at * 2u : 1,
			                              sizeof *history->invoices);
		invoice = &history->invoices[at];
		memset(invoice, 0, sizeof *invoice);
		invoice->id = id;
		invoice->time_ms = time_ms;
		invoice->customer =
			customer.size > 0 ? names_add(&history->customers, customer) : HISTORY_NONE;
	}
	return at;
}

static void take_row(struct reader *reader)
{
	struct history *history = reader->history;
	const struct bko_span *fields = history->csv.fields;
	const uint32_t *at = reader->columns;
	int64_t quantity, time_ms;
	const char *fault = fault_of(reader, &quantity, &time_ms);
	struct invoice *invoice;
	struct row *row;
	struct bko_span code;
	uint32_t number;

	history->data_rows++;
	if (fault) {
		malformed(reader, fault);
		return;
	}
	code = upper(&history->csv, fields[at[ITEM]]);
	if (listed(code, usual_codes) || listed(code, reader->skip)) {
		history->skipped++;
		return;
	}
	number = invoice_of(reader, fields[at[INVOICE]], fields[at[CUSTOMER]], time_ms);
	invoice = &history->invoices[number];
	if (*(const char *)invoice->id.data == 'C' && quantity > 0)
		quantity = -quantity;
	if (quantity > 0 && invoice->sales == HISTORY_ROWS_MAX) {
		malformed(reader, "more than 4,096 lines in one invoice");
		return;
	}
	if (quantity > 0)
		invoice->sales++;
	else
		invoice->returns++;
	if (history->row_count == reader->room) {
		reader->room = reader->room ? reader->room * 2 : 4096;
		history->rows = text_room(history->rows, reader->room, sizeof *history->rows);
	}
	row = &history->rows[history->row_count++];
	memset(row, 0, sizeof *row);
	row->invoice = number;
	row->customer = invoice->customer;
	row->item = names_add(&history->items, code);
	row->source = history->csv.row_line;
	row->previous = HISTORY_NONE;
	row->price = price_of(reader);
	row->quantity = quantity;
}

/* Lays the rows of each invoice side by side, sales before returns. */
static void gather(struct history *history)
{
	struct row *rows = text_room(NULL, history->row_count, sizeof *rows);
	uint32_t *next = text_room(NULL, history->numbers.count, 2 * sizeof *next);
	uint32_t at = 0;

	for (uint32_t i = 0; i < history->numbers.count; i++) {
		struct invoice *invoice = &history->invoices[i];

		invoice->first_row = at;
		next[2 * i] = at;
		next[2 * i + 1] = at + invoice->sales;
		at += invoice->sales + invoice->returns;
		if (invoice->sales > history->largest)
			history->largest = invoice->sales;
	}
	for (uint32_t i = 0; i < history->row_count; i++) {
		const struct row *row = &history->rows[i];

		rows[next[2 * row->invoice + (row->quantity < 0)]++] = *row;
	}
	free(next);
	free(history->rows);
	history->rows = rows;
}

struct moment {
	int64_t time_ms;
	uint32_t invoice, reserved;
};

static int by_moment(const void *left, const void *right)
{
	const struct moment *a = left, *b = right;

	if (a->time_ms != b->time_ms)
		return a->time_ms < b->time_ms ? -1 : 1;
	return a->invoice < b->invoice ? -1 : a->invoice > b->invoice;
}

/* Orders the invoices by time, then as they appear. */
static void sort_by_time(struct history *history)
{
	uint32_t count = history->numbers.count;
	struct moment *moments = text_zeroed(count, sizeof *moments);

	for (uint32_t i = 0; i < count; i++) {
		moments[i].time_ms = history->invoices[i].time_ms;
		moments[i].invoice = i;
	}
	qsort(moments, count, sizeof *moments, by_moment);
	history->first_day = moments[0].time_ms / DAY_MS;
	history->last_day = moments[count - 1].time_ms / DAY_MS;
	history->by_time = text_room(NULL, count, sizeof *history->by_time);
	for (uint32_t i = 0; i < count; i++)
		history->by_time[i] = moments[i].invoice;
	free(moments);
}

/* Chains the sales of an item to a customer, latest first. */
static void chain(struct history *history)
{
	struct pairs latest = {0};

	for (uint32_t i = 0; i < history->numbers.count; i++) {
		const struct invoice *invoice = &history->invoices[history->by_time[i]];
		uint32_t end = invoice->first_row + invoice->sales + invoice->returns;

		for (uint32_t at = invoice->first_row; at < end; at++) {
			struct row *row = &history->rows[at];
			uint32_t *sale;

			if (row->customer == HISTORY_NONE)
				continue;
			sale = pairs_at(&latest, row->customer, row->item);
			row->previous = *sale - 1; /* 0 - 1 is HISTORY_NONE */
			if (row->quantity > 0)
				*sale = at + 1;
		}
	}
	pairs_free(&latest);
}

int history_open(struct history *history, const char *file, const char *skip)
{
	struct reader reader = {history, file, skip, {0}, 0, 0};

	memset(history, 0, sizeof *history);
	if (!csv_open(&history->csv, file))
		return 0;
	if (strcmp(file, "-") == 0)
		reader.file = "standard input";
	if (!take_header(&reader)) {
		history_close(history);
		return 0;
	}
	while (csv_next(&history->csv))
		take_row(&reader);
	if (history->row_count == 0) {
		fprintf(stderr, "replay: %s has no row to play\n", reader.file);
		history_close(history);
		return 0;
	}
	gather(history);
	sort_by_time(history);
	chain(history);
	if (history->last_day - history->first_day >= HISTORY_DAYS_MAX) {
		fprintf(stderr, "replay: %s spans more than %d days; is a date wrong?\n",
		        reader.file, HISTORY_DAYS_MAX);
		history_close(history);
		return 0;
	}
	return 1;
}

void history_close(struct history *history)
{
	names_free(&history->items);
	names_free(&history->customers);
	names_free(&history->numbers);
	free(history->rows);
	free(history->invoices);
	free(history->by_time);
	csv_close(&history->csv);
}
