/*
 * All rows as text, and a file of such text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "inspect.h"
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first_line[] = "backorder-rows 1";

enum { PAGE = 100 };

/* ---- Out --------------------------------------------------------------------------------- */

struct page {
	struct row last;
	uint64_t rows;
	uint32_t more;
	int32_t status;
};

static int32_t page_row(void *host, uint32_t index, const void *key, size_t key_size,
                        const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct page *page = host;
	char line[ROWS_LINE];
	size_t size;

	(void)index;
	(void)revision;
	(void)hint;
	memcpy(page->last.key, key, key_size);
	page->last.key_size = key_size;
	if (value_size > 0)
		memcpy(page->last.value, value, value_size);
	page->last.value_size = value_size;
	size = row_print(&page->last, line);
	line[size++] = '\n';
	fwrite(line, 1, size, stdout);
	page->rows++;
	return BKO_OK;
}

static int32_t page_more(void *host, uint32_t index)
{
	(void)index;
	((struct page *)host)->more = 1;
	return BKO_OK;
}

static void page_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	(void)revision;
	(void)native;
	((struct page *)host)->status = status;
}

/* Prints all rows, a page at a time. */
static int32_t dump_rows(const struct bko_store *store, struct page *page)
{
	uint64_t room[BKO_REPLY_BYTES / 8];
	unsigned char from[BKO_KEY_MAX + 1] = {0}, to[BKO_KEY_MAX];
	struct bko_read range = {{from, 1}, {to, sizeof to}, PAGE, 0};
	struct bko_query query = {sizeof query, 0, &range, 1};
	struct bko_sink sink = {sizeof sink, 0, page, page_row, page_more, NULL, page_end};
	bko_reply *reply = NULL;
	int32_t status = bko_reply_open(&sink, room, sizeof room, &reply);

	memset(to, 0xff, sizeof to);
	page->more = 1;
	while (status == BKO_OK && page->more) {
		page->more = 0;
		store->read(store->host, &query, reply);
		if (page->status != BKO_REPLY_DONE)
			status = BKO_E_IO;
		/* the next key there can be; the library's are never of the full length */
		memcpy(from, page->last.key, page->last.key_size);
		from[page->last.key_size] = 0;
		range.key.size = page->last.key_size + 1;
		if (range.key.size > BKO_KEY_MAX)
			page->more = 0;
	}
	return status;
}

int dump(const char *name, uint32_t flags)
{
	struct bko_store store = {0};
	struct page *page = calloc(1, sizeof *page);
	struct source source;
	char line[ROWS_END_BYTES];
	uint64_t hash = 0;
	int32_t status;

	if (!page)
		return complain("dumping", name, BKO_E_NO_MEMORY);
	if (source_open(&source, name, flags)) {
		free(page);
		return 1;
	}
	store.struct_size = sizeof store;
	puts(first_line);
	status = bko_log_store(source.log, &store);
	if (status == BKO_OK)
		status = dump_rows(&store, page);
	if (status == BKO_OK)
		status = bko_log_hash(source.log, &hash);
	if (status == BKO_OK) {
		fwrite(line, 1, rows_end_print(page->rows, hash, line), stdout);
		putchar('\n');
	}
	source_close(&source);
	free(page);
	return status == BKO_OK ? 0 : complain("dumping", name, status);
}

/* ---- In ------------------------------------------------------------------------------------ */

/* The text, all of it, before anything is written. */
struct text {
	struct row *rows;
	size_t count, room;
	uint64_t hash;
};

static int wrong_line(size_t number, const char *why)
{
	fprintf(stderr, "inspect: line %lu: %s\n", (unsigned long)number, why);
	return 1;
}

/* Reads one line without its end; its size, or SIZE_MAX at the end or if it is too long. */
static size_t read_line(char line[ROWS_LINE])
{
	size_t size = 0;
	int c = getchar();

	if (c == EOF)
		return SIZE_MAX;
	for (; c != EOF && c != '\n'; c = getchar()) {
		if (size == ROWS_LINE - 1)
			return SIZE_MAX;
		line[size++] = (char)c;
	}
	line[size] = 0;
	return size;
}

static int add_row(struct text *text, const struct row *row)
{
	if (text->count == text->room) {
		size_t room = text->room > 0 ? 2 * text->room : 256;
		struct row *rows = realloc(text->rows, room * sizeof *rows);

		if (!rows)
			return 1;
		text->rows = rows;
		text->room = room;
	}
	text->rows[text->count++] = *row;
	return 0;
}

static int read_text(struct text *text)
{
	static struct row row;
	static char line[ROWS_LINE];
	size_t number = 1, size = read_line(line);
	uint64_t count = 0;

	if (size != sizeof first_line - 1 || memcmp(line, first_line, size) != 0)
		return wrong_line(1, "this is no dump of rows");
	for (;;) {
		number++;
		size = read_line(line);
		if (size == SIZE_MAX)
			return wrong_line(number, "the dump ends too early, or a line is too long");
		if (rows_end_parse(line, size, &count, &text->hash) == 0)
			break;
		if (row_parse(line, size, &row))
			return wrong_line(number, "no row");
		if (text->count > 0 && row_compare(&text->rows[text->count - 1], &row) >= 0)
			return wrong_line(number, "keys are out of order");
		if (add_row(text, &row))
			return wrong_line(number, "no memory");
	}
	return count == text->count ? 0 : wrong_line(number, "rows are missing");
}

struct answer {
	int32_t status;
};

static void hear_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	(void)revision;
	(void)native;
	((struct answer *)host)->status = status;
}

static int32_t put_rows(const struct bko_store *store, const struct text *text)
{
	uint64_t room[BKO_REPLY_BYTES / 8];
	struct answer answer = {BKO_REPLY_DONE};
	struct bko_sink sink = {sizeof sink, 0, &answer, NULL, NULL, NULL, hear_end};
	bko_reply *reply = NULL;
	size_t i;
	int32_t status = bko_reply_open(&sink, room, sizeof room, &reply);

	for (i = 0; i < text->count && status == BKO_OK; i++) {
		const struct row *row = &text->rows[i];
		struct bko_entry entry = {{row->key, row->key_size},
		                          {row->value, row->value_size},
		                          0,
		                          0,
		                          BKO_GUARD_ABSENT,
		                          BKO_ACTION_PUT};
		struct bko_batch batch = {sizeof batch, 0, &entry, 1};

		store->apply(store->host, &batch, reply);
		if (answer.status == BKO_REPLY_CONFLICT)
			status = BKO_E_EXISTS;
		else if (answer.status != BKO_REPLY_DONE)
			status = answer.status == BKO_REPLY_FULL ? BKO_E_FULL : BKO_E_IO;
	}
	return status;
}

static int32_t load_rows(struct source *source, const struct text *text)
{
	struct bko_log_stats stats = {0};
	struct bko_store store = {0};
	uint64_t hash = 0;
	int32_t status;

	stats.struct_size = sizeof stats;
	store.struct_size = sizeof store;
	status = bko_log_stats(source->log, &stats);
	if (status == BKO_OK && stats.number > 0)
		return BKO_E_EXISTS; /* not a new one */
	if (status == BKO_OK)
		status = bko_log_store(source->log, &store);
	if (status == BKO_OK)
		status = put_rows(&store, text);
	if (status == BKO_OK)
		status = bko_log_hash(source->log, &hash);
	return status == BKO_OK && hash != text->hash ? BKO_E_CORRUPT : status;
}

int load(const char *name)
{
	struct text text = {NULL, 0, 0, 0};
	struct source source;
	int32_t status;

	if (read_text(&text) || source_open(&source, name, BKO_LOG_CREATE)) {
		free(text.rows);
		return 1;
	}
	status = load_rows(&source, &text);
	if (source_close(&source) && status == BKO_OK)
		status = BKO_E_IO;
	free(text.rows);
	if (status != BKO_OK)
		return complain("loading", name, status);
	fprintf(stderr, "inspect: %lu rows\n", (unsigned long)text.count);
	return 0;
}
