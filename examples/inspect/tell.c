/*
 * What a file is and holds, its last events; verifying; damage.
 *
 * SPDX-License-Identifier: MIT
 */
#include "inspect.h"

#include <stdio.h>
#include <string.h>

enum { LAST = 10 };

static const char *const kinds[] = {
	"?",
	"accepted",
	"refused",
	"allocated",
	"unallocated",
	"backordered",
	"ready",
	"picked",
	"shipped",
	"voided",
	"cancelled",
	"returned",
	"confirmed",
	"hold expired",
	"received",
	"adjusted",
	"bucket",
	"transferred",
	"shortage",
	"supply set",
	"supply confirmed",
	"supply late",
	"supply overdue",
	"supply closed",
	"low stock",
	"sold out",
	"back in stock",
	"unsellable",
	"sellable",
	"limit reached",
	"switch opened",
	"switch closed",
	"policy",
	"restock passed",
	"marked",
	"amended",
	"moved",
	"void operation",
};

static void figure(const char *name, uint64_t value)
{
	printf("%-36s %12llu\n", name, (unsigned long long)value);
}

static void tell_figures(const struct bko_log_stats *stats)
{
	uint64_t records = stats->log_bytes + stats->checkpoint_bytes;

	figure("format", stats->format);
	figure("opened for writing, times", stats->epoch);
	figure("closed well (1) or not (0)", stats->sealed);
	figure("segment, bytes", stats->segment_size);
	figure("segments", stats->segments);
	figure("segments of the log", stats->segments_log);
	figure("segments of the checkpoint", stats->segments_checkpoint);
	figure("segments free", stats->segments_free);
	figure("bytes of the file", (uint64_t)stats->segments * stats->segment_size);
	figure("batches since it was made", stats->number);
	figure("batches after the checkpoint", stats->replayed);
	figure("rows", stats->rows);
	figure("live bytes: keys and values", stats->row_bytes);
	figure("bytes of records", records);
	figure("dead bytes: old rows, and frames",
	       records > stats->row_bytes ? records - stats->row_bytes : 0);
	figure("bytes cut short at its end", stats->dropped_bytes);
}

/* ---- Events ---------------------------------------------------------------------------- */

static void print_id(const char *name, const struct bko_id *id)
{
	uint32_t i;

	if (id->size == 0)
		return;
	printf(" %s ", name);
	for (i = 0; i < id->size; i++)
		putchar(id->bytes[i] > ' ' && id->bytes[i] < 127 ? id->bytes[i] : '?');
}

/* Days since 1970-01-01 as a date. */
static void print_time(int64_t time_ms)
{
	int64_t days = time_ms / 86400000, ms = time_ms % 86400000, year = 1970, month = 0, length;
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	for (;; year++) {
		length = 365 + (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
		if (days < length)
			break;
		days -= length;
	}
	for (;; month++) {
		int64_t in_month = lengths[month] + (month == 1 && length == 366);

		if (days < in_month)
			break;
		days -= in_month;
	}
	printf("%04d-%02d-%02d %02d:%02d:%02d", (int)year, (int)month + 1, (int)days + 1,
	       (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
}

static void print_event(const struct bko_event *event)
{
	printf("  %10llu  ", (unsigned long long)event->number);
	print_time(event->time_ms);
	printf("  %s", event->kind < sizeof kinds / sizeof *kinds ? kinds[event->kind] : kinds[0]);
	if (event->amount)
		printf(" %lld", (long long)event->amount);
	print_id("of item", &event->item);
	print_id("at", &event->location);
	print_id("order", &event->order);
	print_id("by", &event->cause);
	putchar('\n');
}

static int32_t tell_lane(bko_engine *engine, uint32_t lane, uint32_t *lanes)
{
	const struct bko_span none = {NULL, 0};
	struct bko_lane info = {0};
	struct bko_event events[LAST];
	size_t count = 0, i;
	uint64_t after;
	int32_t status;

	info.struct_size = sizeof info;
	status = bko_event_lane(engine, &none, lane, &info);
	*lanes = status == BKO_OK ? info.lanes : 0;
	if (status != BKO_OK)
		return status;
	if (info.last < info.first || info.last == 0) {
		printf("lane %u: no events are kept; the last was %llu\n", (unsigned)lane,
		       (unsigned long long)info.last);
		return BKO_OK;
	}
	after = info.last >= info.first + LAST ? info.last - LAST : info.first - 1;
	memset(events, 0, sizeof events);
	for (i = 0; i < LAST; i++)
		events[i].struct_size = sizeof *events;
	status = bko_event_read(engine, lane, after, events, LAST, sizeof *events, &count);
	printf("lane %u: events %llu to %llu, the last of them:\n", (unsigned)lane,
	       (unsigned long long)info.first, (unsigned long long)info.last);
	for (i = 0; i < count && status == BKO_OK; i++)
		print_event(&events[i]);
	return status;
}

/* An engine on the rows of the file; a file that holds none of the library's is told as it
 * is. */
static int32_t engine_of(struct source *source, bko_engine **engine)
{
	struct bko_store store = {0};
	int32_t status;

	store.struct_size = sizeof store;
	status = bko_log_store(source->log, &store);
	return status == BKO_OK ? bko_engine_open(NULL, &store, engine) : status;
}

int tell(const char *name)
{
	struct bko_log_stats stats = {0};
	struct source source;
	bko_engine *engine = NULL;
	uint32_t lane = 0, lanes = 1;
	int32_t status;

	if (source_open(&source, name, BKO_LOG_READ_ONLY))
		return 1;
	stats.struct_size = sizeof stats;
	status = bko_log_stats(source.log, &stats);
	if (status == BKO_OK)
		tell_figures(&stats);
	if (status == BKO_OK && stats.rows > 0)
		status = engine_of(&source, &engine);
	for (; status == BKO_OK && engine && lane < lanes; lane++)
		status = tell_lane(engine, lane, &lanes);
	bko_engine_close(engine);
	if (status != BKO_OK)
		complain("reading", name, status);
	source_close(&source);
	return status != BKO_OK;
}

/* ---- Verifying ------------------------------------------------------------------------------ */

int verify(const char *name)
{
	struct bko_cursor cursor = {0};
	struct bko_finding findings[16];
	struct source source;
	bko_engine *engine = NULL;
	uint64_t total = 0;
	size_t count = 0, i;
	int32_t status;

	if (source_open(&source, name, BKO_LOG_READ_ONLY))
		return 1;
	cursor.struct_size = sizeof cursor;
	status = engine_of(&source, &engine);
	while (status == BKO_OK && !cursor.done) {
		memset(findings, 0, sizeof findings);
		for (i = 0; i < sizeof findings / sizeof *findings; i++)
			findings[i].struct_size = sizeof *findings;
		status = bko_engine_verify(engine, 0, 0, &cursor, 1000, findings,
		                           sizeof findings / sizeof *findings, sizeof *findings,
		                           &count);
		for (i = 0; i < count && status == BKO_OK; i++) {
			printf("check %u/%u: expected %lld, found %lld",
			       (unsigned)findings[i].check, (unsigned)findings[i].what,
			       (long long)findings[i].expected, (long long)findings[i].found);
			print_id("of item", &findings[i].item);
			print_id("at", &findings[i].location);
			print_id("order", &findings[i].order);
			putchar('\n');
		}
		total += count;
	}
	bko_engine_close(engine);
	source_close(&source);
	if (status != BKO_OK)
		return complain("verifying", name, status);
	printf("verify: %llu findings\n", (unsigned long long)total);
	return total > 0;
}

int salvage(const char *name)
{
	static const char *const what[] = {"nothing",    "label",   "segment",   "batch",
	                                   "checkpoint", "content", "unreadable"};
	struct bko_log_stats stats = {0};
	struct bko_log_damage damage = {0};
	struct source source;
	uint32_t i;

	if (source_open(&source, name, BKO_LOG_SALVAGE))
		return 1;
	stats.struct_size = sizeof stats;
	damage.struct_size = sizeof damage;
	bko_log_stats(source.log, &stats);
	for (i = 0; bko_log_damage(source.log, i, &damage) == BKO_OK; i++)
		printf("%s: %llu bytes at byte %llu, segment %u, number %llu\n",
		       what[damage.kind < sizeof what / sizeof *what ? damage.kind : 0],
		       (unsigned long long)damage.size, (unsigned long long)damage.at,
		       (unsigned)damage.segment, (unsigned long long)damage.number);
	printf("salvage: %u damages, %llu rows are whole\n", (unsigned)i,
	       (unsigned long long)stats.rows);
	source_close(&source);
	return i > 0;
}
