/*
 * Fuzz target: what decodes the bytes of a log. What decodes encodes to bytes that
 * decode to the same.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"

#include "store/log_format.h"

#include <stdlib.h>
#include <string.h>

const uint32_t fuzz_executions = 2000000;
const char fuzz_name[] = "decoders of a log";

enum { LABEL, HEADER, LEAD, CHANGES, ROWS, KINDS };

static void check_label(const uint8_t bytes[BKO__LOG_LABEL])
{
	uint8_t again[BKO__LOG_LABEL];
	struct bko__log_label label, same;
	if (bko__log_get_label(bytes, &label) != BKO_OK)
		return;
	bko__log_put_label(again, &label);
	if (bko__log_get_label(again, &same) != BKO_OK || same.version != label.version ||
	    same.segment_shift != label.segment_shift || same.unit_shift != label.unit_shift)
		abort();
}

static void check_header(const uint8_t bytes[BKO__LOG_HEADER])
{
	uint8_t again[BKO__LOG_HEADER], once[BKO__LOG_HEADER];
	struct bko__log_header header, same;
	if (!bko__log_get_header(bytes, bytes[8], &header))
		return;
	bko__log_put_header(again, &header);
	if (!bko__log_get_header(again, header.index, &same))
		abort();
	bko__log_put_header(once, &same);
	if (memcmp(again, once, sizeof once))
		abort();
}

/* The checksum that a mutated header or label lacks. */
static void mend(uint32_t kind, uint8_t *bytes)
{
	uint64_t sum =
		kind == LABEL ? bko__log_sum(0, bytes, 24) : bko__log_sum(bytes[8], bytes, 88);
	for (uint32_t i = 0; i < 8; i++)
		bytes[(kind == LABEL ? 24 : 88) + i] = (uint8_t)(sum >> 8 * i);
}

static void check_lead(const uint8_t bytes[BKO__LOG_LEAD])
{
	static uint8_t record[1 << 16];
	struct bko__log_lead lead, same;
	bko__log_get_lead(bytes, &lead);
	for (uint32_t shift = BKO__LOG_UNIT_MIN; shift <= BKO__LOG_UNIT_MAX; shift++) {
		size_t size = bko__log_record_size(lead.size, shift);
		size_t sum = bko__log_sum_at(lead.size, shift);
		if (sum < BKO__LOG_LEAD + lead.size || sum + BKO__LOG_SUM > size ||
		    size % ((size_t)1 << shift) || bko__log_known(&lead) > lead.number)
			abort();
		if (size > sizeof record)
			continue;
		bko__log_put_record(record, &lead, 5, shift, 0xff);
		bko__log_get_lead(record, &same);
		if (lead.number != same.number || lead.revision != same.revision ||
		    lead.kind != same.kind || lead.size != same.size || lead.lag != same.lag)
			abort();
	}
}

/* A payload is read to its end or to what is wrong; keys ascend, and each row is
 * encoded again as it was. */
static void check_rows(const uint8_t *payload, size_t size, int rows)
{
	static struct bko__log_row row;
	uint8_t before[BKO_KEY_MAX];
	size_t at = 0, before_size = 0;
	memset(&row, 0, sizeof row);
	while (at < size) {
		uint8_t again[2048];
		struct bko__log_row same;
		struct bko_entry entry;
		size_t from = at, front = 0, end = 0, wrote;
		if (!bko__log_get_row(payload, size, &at, rows, &row))
			return;
		if (at <= from || at > size || row.key_size == 0 || row.key_size > BKO_KEY_MAX ||
		    row.value_size > BKO_VALUE_MAX)
			abort();
		while (front < before_size && front < row.key_size &&
		       before[front] == row.key[front])
			front++;
		if (before_size && (front == row.key_size ||
		                    (front < before_size && row.key[front] < before[front])))
			abort();
		memset(&entry, 0, sizeof entry);
		entry.key.data = row.key;
		entry.key.size = row.key_size;
		entry.value.data = row.value;
		entry.value.size = row.value_size;
		entry.action = row.value ? BKO_ACTION_PUT : BKO_ACTION_DELETE;
		wrote = bko__log_put_row(again, sizeof again, &entry, front, rows, row.age);
		memcpy(same.key, before, sizeof before);
		same.key_size = before_size;
		if (!wrote || !bko__log_get_row(again, wrote, &end, rows, &same) || end != wrote ||
		    same.key_size != row.key_size || memcmp(same.key, row.key, row.key_size) ||
		    same.value_size != row.value_size || same.age != row.age ||
		    !same.value != !row.value ||
		    (row.value_size && memcmp(same.value, row.value, row.value_size)))
			abort();
		memcpy(before, row.key, sizeof before);
		before_size = row.key_size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t least[KINDS] = {BKO__LOG_LABEL, BKO__LOG_HEADER, BKO__LOG_LEAD, 0, 0};
	uint32_t kind;
	uint8_t *exact;
	if (!size)
		return 0;
	kind = data[0] % KINDS;
	size--;
	if (size < least[kind])
		return 0;
	/* bytes of their own, so that reading behind them is seen */
	exact = malloc(size + !size);
	if (!exact)
		return 0;
	memcpy(exact, data + 1, size);
	if (kind <= HEADER && data[0] & 0x80)
		mend(kind, exact);
	switch (kind) {
	case LABEL: check_label(exact); break;
	case HEADER: check_header(exact); break;
	case LEAD: check_lead(exact); break;
	default: check_rows(exact, size, kind == ROWS); break;
	}
	free(exact);
	return 0;
}

/* Rows in order, with values and without. */
static uint32_t some_rows(uint8_t *bytes, uint32_t room, int rows)
{
	static const char *const keys[] = {"I", "Iab", "Iabc", "Iac", "O1", "O11"};
	size_t size = 0;
	for (uint32_t i = 0; i < 6; i++) {
		struct bko_entry entry;
		size_t front = 0;
		while (i && keys[i][front] && keys[i][front] == keys[i - 1][front])
			front++;
		memset(&entry, 0, sizeof entry);
		entry.key.data = keys[i];
		entry.key.size = strlen(keys[i]);
		entry.action = rows || i % 3 ? BKO_ACTION_PUT : BKO_ACTION_DELETE;
		entry.value.data = "a value of some bytes, now and then";
		entry.value.size = entry.action == BKO_ACTION_PUT ? i * 7 : 0;
		size += bko__log_put_row(bytes + size, room - size, &entry, front, rows, i * 1000);
	}
	return (uint32_t)size;
}

uint32_t fuzz_corpus(uint32_t n, uint8_t *bytes, uint32_t room)
{
	const struct bko__log_label label = {
		.version = BKO__LOG_VERSION, .segment_shift = 12, .unit_shift = 3};
	const struct bko__log_lead lead = {7, 99, BKO__LOG_BATCH, 40, 2};
	struct bko__log_header header = {.serial = 5, .prev_serial = 4, .after = 9, .kind = 1};
	static uint8_t record[256];
	/* 130 is a multiple of KINDS and has the bit that mends the checksum */
	bytes[0] = (uint8_t)(n < LEAD ? 130 + n : n);
	switch (n) {
	case LABEL: bko__log_put_label(bytes + 1, &label); return 1 + BKO__LOG_LABEL;
	case HEADER:
		header.index = 3;
		bko__log_put_header(bytes + 1, &header);
		return 1 + BKO__LOG_HEADER;
	case LEAD:
		bko__log_put_record(record, &lead, 1, 3, 0);
		memcpy(bytes + 1, record, BKO__LOG_LEAD);
		return 1 + BKO__LOG_LEAD;
	case CHANGES:
	case ROWS: return 1 + some_rows(bytes + 1, room - 1, n == ROWS);
	default: return 0;
	}
}
