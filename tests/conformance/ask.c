/*
 * ask.c - calls a store and keeps what it says; finds faults of form.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[KIT_FAULTS] = {
	[KIT_SKIPPED_SYNC] = "skipped-sync",
	[KIT_LOST_COMMIT] = "lost-commit",
	[KIT_REORDERED_COMMITS] = "reordered-commits",
	[KIT_REPEATED_BATCH] = "repeated-batch",
	[KIT_STALE_READ] = "stale-read",
	[KIT_TORN_READ] = "torn-read",
	[KIT_IGNORED_GUARD] = "ignored-guard",
	[KIT_HALF_BATCH] = "half-batch",
	[KIT_TRUNCATED_VALUE] = "truncated-value",
	[KIT_MISSORTED_KEYS] = "missorted-keys",
	[KIT_REPEATED_REVISION] = "repeated-revision",
	[KIT_LATE_APPLY] = "late-apply",
	[KIT_SWALLOWED_ERROR] = "swallowed-error",
	[KIT_WRONG_VALUE] = "wrong-value",
	[KIT_WRONG_REVISION] = "wrong-revision",
	[KIT_MISSING_ROW] = "missing-row",
	[KIT_EXTRA_ROW] = "extra-row",
	[KIT_WRONG_LIMIT] = "wrong-limit",
	[KIT_WRONG_MORE] = "wrong-more",
	[KIT_FALSE_CONFLICT] = "false-conflict",
	[KIT_STALE_GIVEN_ROW] = "stale-given-row",
	[KIT_TRUSTED_HINT] = "trusted-hint",
	[KIT_MOVED_ROW] = "moved-row",
	[KIT_ZERO_REVISION] = "zero-revision",
	[KIT_REFUSED] = "refused",
	[KIT_APPLIED_BUSY] = "applied-busy",
	[KIT_SILENT] = "silent",
	[KIT_ENDED_TWICE] = "ended-twice",
	[KIT_WRONG_STATUS] = "wrong-status",
	[KIT_WRONG_MEASURE] = "wrong-measure",
	[KIT_LOST_UPDATE] = "lost-update",
	[KIT_SMALL_LIMITS] = "small-limits",
	[KIT_HOOK_FAILED] = "hook-failed",
};

const char *kit_name(uint32_t fault)
{
	return fault < KIT_FAULTS ? names[fault] : "?";
}

void kit_fault(struct kit_report *report, uint32_t fault, const char *format, ...)
{
	struct kit_finding *finding = &report->findings[fault];
	va_list list;

	if (finding->times++ > 0)
		return;
	if (report->count++ == 0)
		report->first = fault;
	va_start(list, format);
	vsnprintf(finding->text, sizeof finding->text, format, list);
	va_end(list);
}

/* Bytes as people can read them, cut where there is no room. */
void kit_show(char *text, size_t room, const struct bko_span *bytes)
{
	const unsigned char *data = bytes->data;
	size_t at = 0, i;

	for (i = 0; i < bytes->size && at + 8 < room; i++) {
		if (data[i] > ' ' && data[i] < 127 && data[i] != '\\')
			text[at++] = (char)data[i];
		else
			at += (size_t)snprintf(text + at, room - at, "\\%02x", data[i]);
	}
	snprintf(text + at, room - at, i < bytes->size ? ".." : "");
}

/* ---- What is heard -------------------------------------------------------------- */

/* Whether anything may be said now. */
static int may_speak(struct kit_asker *asker, const char *what)
{
	if (asker->waiting && !asker->ended)
		return 1;
	kit_fault(asker->report, KIT_ENDED_TWICE, "%s: %s %s", asker->during, what,
	          asker->waiting ? "after bko_reply_end" : "after the callback returned");
	return 0;
}

static int32_t hear_row(void *host, uint32_t index, const void *key, size_t key_size,
                        const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct kit_asker *asker = host;
	struct bko_span its_key = {key, key_size}, its_value = {value, value_size};
	struct kit_given *given;

	if (!may_speak(asker, "a row"))
		return BKO_E_MISUSE;
	if (key_size == 0 || key_size > BKO_KEY_MAX || value_size > BKO_VALUE_MAX) {
		kit_fault(asker->report, KIT_EXTRA_ROW,
		          "%s: a row with %zu bytes of key, %zu of value", asker->during, key_size,
		          value_size);
		return BKO_E_TOO_LARGE;
	}
	if (asker->count == asker->room) {
		asker->room = asker->room > 0 ? 2 * asker->room : 64;
		asker->given = kit_alloc(asker->given, asker->room * sizeof *asker->given);
	}
	given = &asker->given[asker->count++];
	given->index = index;
	given->row = kit_row_make(&its_key, &its_value, revision);
	given->row->hint = hint;
	given->value = value;
	if (asker->count == 1 && asker->inside != NULL)
		asker->inside(asker->inside_host);
	return BKO_OK;
}

static int32_t hear_more(void *host, uint32_t index)
{
	struct kit_asker *asker = host;

	if (!may_speak(asker, "bko_reply_more"))
		return BKO_E_MISUSE;
	if (asker->applying || index >= asker->asked) {
		kit_fault(asker->report, KIT_WRONG_MORE, "%s: more of element %u, which is none",
		          asker->during, (unsigned)index);
		return BKO_E_MISUSE;
	}
	asker->more[index] = 1;
	return BKO_OK;
}

static int32_t hear_measure(void *host, uint64_t count, int64_t sum)
{
	struct kit_asker *asker = host;

	if (!may_speak(asker, "bko_reply_measure"))
		return BKO_E_MISUSE;
	asker->measured = count;
	asker->sum = sum;
	return BKO_OK;
}

static void hear_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	struct kit_asker *asker = host;

	if (!may_speak(asker, "bko_reply_end"))
		return;
	asker->ended = 1;
	asker->status = status;
	asker->revision = revision;
	asker->native = native;
}

void kit_asker_open(struct kit_asker *asker, const struct bko_store *store,
                    struct kit_report *report)
{
	struct bko_sink sink = {sizeof sink, 0, asker, hear_row, hear_more, hear_measure, hear_end};

	memset(asker, 0, sizeof *asker);
	asker->store = *store;
	asker->report = report;
	asker->during = "opening";
	if (bko_reply_open(&sink, asker->room_for_reply, sizeof asker->room_for_reply,
	                   &asker->reply) != BKO_OK) {
		fprintf(stderr, "conformance kit: the library does not fit its header\n");
		exit(2);
	}
}

static void forget(struct kit_asker *asker)
{
	while (asker->count > 0)
		free(asker->given[--asker->count].row);
	memset(asker->more, 0, sizeof asker->more);
	asker->ended = 0;
	asker->status = BKO_REPLY_SILENT;
	asker->revision = asker->measured = 0;
	asker->native = asker->sum = 0;
}

void kit_asker_close(struct kit_asker *asker)
{
	forget(asker);
	free(asker->given);
	memset(asker, 0, sizeof *asker);
}

/* ---- Calls ------------------------------------------------------------------------ */

/* Copies that are spoilt when the call is over: who kept a pointer will show it. */
struct lent {
	unsigned char *bytes;
	size_t size;
};

static void lend(struct lent *lent, struct bko_span *span)
{
	if (span->size == 0)
		return;
	memcpy(lent->bytes + lent->size, span->data, span->size);
	span->data = lent->bytes + lent->size;
	lent->size += span->size;
}

static void take_back(struct lent *lent, void *list, size_t size)
{
	memset(lent->bytes, 0xdd, lent->size);
	memset(list, 0xdd, size);
	free(lent->bytes);
	free(list);
}

static int32_t ended(struct kit_asker *asker)
{
	asker->waiting = 0;
	if (!asker->ended) {
		kit_fault(asker->report, KIT_SILENT, "%s: returned without bko_reply_end",
		          asker->during);
		return asker->applying ? BKO_REPLY_UNKNOWN : BKO_REPLY_BUSY;
	}
	if (asker->status < BKO_REPLY_DONE || asker->status > BKO_REPLY_UNSUPPORTED ||
	    (!asker->applying &&
	     (asker->status == BKO_REPLY_CONFLICT || asker->status == BKO_REPLY_UNKNOWN ||
	      asker->status == BKO_REPLY_FULL)))
		kit_fault(asker->report, KIT_WRONG_STATUS, "%s: status %d after %s", asker->during,
		          (int)asker->status, asker->applying ? "apply" : "read");
	return asker->status;
}

int32_t kit_ask_read(struct kit_asker *asker, const struct bko_read *reads, size_t count)
{
	struct bko_read *list = kit_alloc(NULL, count * sizeof *list);
	struct bko_query query = {sizeof query, 0, list, count};
	struct lent lent = {NULL, 0};
	size_t i;

	forget(asker);
	lent.bytes = kit_alloc(NULL, count * 2 * BKO_KEY_MAX);
	for (i = 0; i < count; i++) {
		list[i] = reads[i];
		lend(&lent, &list[i].key);
		lend(&lent, &list[i].end);
	}
	asker->asked = count;
	asker->applying = 0;
	asker->waiting = 1;
	asker->report->reads++;
	asker->store.read(asker->store.host, &query, asker->reply);
	memset(&query, 0xdd, sizeof query);
	take_back(&lent, list, count * sizeof *list);
	asker->report->rows += asker->count;
	return ended(asker);
}

int32_t kit_ask_apply(struct kit_asker *asker, const struct bko_entry *entries, size_t count)
{
	struct bko_entry *list = kit_alloc(NULL, count * sizeof *list);
	struct bko_batch batch = {sizeof batch, 0, list, count};
	struct lent lent = {NULL, 0};
	size_t i, size = 0;

	forget(asker);
	for (i = 0; i < count; i++)
		size += entries[i].key.size + entries[i].value.size;
	lent.bytes = kit_alloc(NULL, size);
	for (i = 0; i < count; i++) {
		list[i] = entries[i];
		lend(&lent, &list[i].key);
		lend(&lent, &list[i].value);
	}
	asker->asked = count;
	asker->applying = 1;
	asker->waiting = 1;
	asker->report->applies++;
	asker->store.apply(asker->store.host, &batch, asker->reply);
	memset(&batch, 0xdd, sizeof batch);
	take_back(&lent, list, count * sizeof *list);
	return ended(asker);
}

void kit_ask_wait(struct kit_asker *asker, uint32_t attempt)
{
	if (asker->store.wait != NULL)
		asker->store.wait(asker->store.host, 1u << (attempt < 6 ? attempt : 6), attempt);
}

int32_t kit_ask_patiently(struct kit_asker *asker, const struct bko_read *reads, size_t count)
{
	int32_t status = BKO_REPLY_BUSY;
	uint32_t attempt;

	for (attempt = 1; attempt <= KIT_ATTEMPTS && status == BKO_REPLY_BUSY; attempt++) {
		if (attempt > 1)
			kit_ask_wait(asker, attempt - 1);
		status = kit_ask_read(asker, reads, count);
	}
	if (status != BKO_REPLY_DONE)
		kit_fault(asker->report, KIT_REFUSED, "%s: a read ends with status %d, native %lld",
		          asker->during, (int)status, (long long)asker->native);
	return status;
}

const struct kit_given *kit_ask_row(const struct kit_asker *asker, uint32_t index)
{
	size_t i;

	for (i = 0; i < asker->count; i++)
		if (asker->given[i].index == index)
			return &asker->given[i];
	return NULL;
}
