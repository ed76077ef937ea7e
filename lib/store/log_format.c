/*
 * store/log_format.c - labels, headers, records and rows as bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_format.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "store/memory_page.h"

static const uint8_t label_magic[8] = {'B', 'K', 'O', 'L', 'O', 'G', '\r', '\n'};
static const uint8_t header_magic[4] = {'B', 'K', 'S', 'G'};
static const uint8_t mark_magic[4] = {'B', 'K', 'M', 'K'};

uint64_t bko__log_sum(uint64_t seed, const void *data, size_t size)
{
	struct bko__hash hash;
	uint8_t digest[16];

	bko__hash_begin(&hash, seed);
	bko__hash_bytes(&hash, data, size);
	bko__hash_end(&hash, digest);
	return bko__get_le(digest, 8);
}

uint64_t bko__log_seed(uint64_t serial, uint32_t index, uint32_t epoch)
{
	return bko__mix(serial + index * 0x9e3779b97f4a7c15u) + epoch;
}

void bko__log_put_label(uint8_t bytes[BKO__LOG_LABEL], const struct bko__log_label *label)
{
	memset(bytes, 0, BKO__LOG_LABEL);
	memcpy(bytes, label_magic, sizeof label_magic);
	bko__put_le(bytes + 8, label->version, 4);
	bytes[12] = (uint8_t)label->segment_shift;
	bytes[13] = (uint8_t)label->unit_shift;
	bko__put_le(bytes + 16, label->record_size, 4);
	bko__put_le(bytes + 24, bko__log_sum(0, bytes, 24), 8);
}

int32_t bko__log_get_label(const uint8_t bytes[BKO__LOG_LABEL], struct bko__log_label *label)
{
	if (memcmp(bytes, label_magic, sizeof label_magic) != 0)
		return BKO_E_FORMAT;
	label->version = (uint32_t)bko__get_le(bytes + 8, 4);
	label->segment_shift = bytes[12];
	label->unit_shift = bytes[13];
	label->record_size = (uint32_t)bko__get_le(bytes + 16, 4);
	if (bko__get_le(bytes + 24, 8) != bko__log_sum(0, bytes, 24))
		return BKO_E_CORRUPT;
	if (label->version != BKO__LOG_VERSION)
		return BKO_E_UNSUPPORTED;
	if (label->segment_shift < BKO__LOG_SEGMENT_MIN ||
	    label->segment_shift > BKO__LOG_SEGMENT_MAX || label->unit_shift < BKO__LOG_UNIT_MIN ||
	    label->unit_shift > BKO__LOG_UNIT_MAX ||
	    label->record_size < bko__log_record_size(0, label->unit_shift) ||
	    label->record_size > (uint32_t)1 << label->segment_shift)
		return BKO_E_CORRUPT;
	return BKO_OK;
}

void bko__log_put_mark(uint8_t bytes[BKO__LOG_MARK], uint64_t number)
{
	memset(bytes, 0, BKO__LOG_MARK);
	memcpy(bytes, mark_magic, sizeof mark_magic);
	bko__put_le(bytes + 8, number, 8);
	bko__put_le(bytes + 16, bko__log_sum(0, bytes, 16), 8);
}

uint64_t bko__log_get_mark(const uint8_t bytes[BKO__LOG_MARK])
{
	return memcmp(bytes, mark_magic, sizeof mark_magic) == 0 &&
	                       bko__get_le(bytes + 16, 8) == bko__log_sum(0, bytes, 16)
	               ? bko__get_le(bytes + 8, 8)
	               : 0;
}

void bko__log_put_header(uint8_t bytes[BKO__LOG_HEADER], const struct bko__log_header *header)
{
	memset(bytes, 0, BKO__LOG_HEADER);
	memcpy(bytes, header_magic, sizeof header_magic);
	bytes[4] = (uint8_t)header->kind;
	bko__put_le(bytes + 6, BKO__LOG_VERSION, 2);
	bko__put_le(bytes + 8, header->index, 4);
	bko__put_le(bytes + 12, header->epoch, 4);
	bko__put_le(bytes + 16, header->serial, 8);
	bko__put_le(bytes + 24, header->prev_serial, 8);
	bko__put_le(bytes + 32, header->prev_index, 4);
	bko__put_le(bytes + 36, header->checkpoint_index, 4);
	bko__put_le(bytes + 40, header->after, 8);
	bko__put_le(bytes + 48, header->checkpoint_serial, 8);
	bko__put_le(bytes + 56, header->covers, 8);
	bko__put_le(bytes + 64, header->records, 8);
	bko__put_le(bytes + 72, header->first_serial, 8);
	bko__put_le(bytes + 80, header->restated, 4);
	bko__put_le(bytes + 88, bko__log_sum(header->index, bytes, 88), 8);
}

int bko__log_get_header(const uint8_t bytes[BKO__LOG_HEADER], uint32_t index,
                        struct bko__log_header *header)
{
	if (memcmp(bytes, header_magic, sizeof header_magic) != 0 ||
	    bko__get_le(bytes + 8, 4) != index ||
	    bko__get_le(bytes + 88, 8) != bko__log_sum(index, bytes, 88))
		return 0;
	header->kind = bytes[4];
	header->index = index;
	header->epoch = (uint32_t)bko__get_le(bytes + 12, 4);
	header->serial = bko__get_le(bytes + 16, 8);
	header->prev_serial = bko__get_le(bytes + 24, 8);
	header->prev_index = (uint32_t)bko__get_le(bytes + 32, 4);
	header->checkpoint_index = (uint32_t)bko__get_le(bytes + 36, 4);
	header->after = bko__get_le(bytes + 40, 8);
	header->checkpoint_serial = bko__get_le(bytes + 48, 8);
	header->covers = bko__get_le(bytes + 56, 8);
	header->records = bko__get_le(bytes + 64, 8);
	header->first_serial = bko__get_le(bytes + 72, 8);
	header->restated = (uint32_t)bko__get_le(bytes + 80, 4);
	/* Numbers that no log reaches are those of a forger. */
	return bko__get_le(bytes + 6, 2) == BKO__LOG_VERSION && header->serial > 0 &&
	       header->serial < UINT64_MAX / 2 && header->after < UINT64_MAX / 2 &&
	       header->epoch <= BKO__LOG_EPOCH_MAX;
}

size_t bko__log_sum_at(size_t payload, uint32_t unit_shift)
{
	size_t at = BKO__LOG_LEAD + payload;

	return (size_t)1 << unit_shift <= BKO__LOG_MARK_UNIT
	               ? (size_t)bko__log_round(at, unit_shift)
	               : at;
}

size_t bko__log_record_size(size_t payload, uint32_t unit_shift)
{
	return (size_t)bko__log_round(bko__log_sum_at(payload, unit_shift) + BKO__LOG_SUM,
	                              unit_shift);
}

void bko__log_put_record(uint8_t *bytes, const struct bko__log_lead *lead, uint64_t seed,
                         uint32_t unit_shift, uint32_t pad)
{
	size_t end = BKO__LOG_LEAD + lead->size;
	size_t at = bko__log_sum_at(lead->size, unit_shift);
	size_t size = bko__log_record_size(lead->size, unit_shift);

	bytes[0] = (uint8_t)lead->kind;
	bko__put_le(bytes + 1, lead->size, 3);
	bko__put_le(bytes + 4, lead->lag, 4);
	bko__put_le(bytes + 8, lead->number, 8);
	bko__put_le(bytes + 16, lead->revision, 8);
	memset(bytes + end, (int)pad, at - end);
	bko__put_le(bytes + at, bko__log_sum(seed, bytes, end), BKO__LOG_SUM);
	memset(bytes + at + BKO__LOG_SUM, (int)pad, size - at - BKO__LOG_SUM);
}

void bko__log_get_lead(const uint8_t bytes[BKO__LOG_LEAD], struct bko__log_lead *lead)
{
	lead->kind = bytes[0];
	lead->size = (uint32_t)bko__get_le(bytes + 1, 3);
	lead->lag = (uint32_t)bko__get_le(bytes + 4, 4);
	lead->number = bko__get_le(bytes + 8, 8);
	lead->revision = bko__get_le(bytes + 16, 8);
}

size_t bko__log_put_row(uint8_t *to, size_t room, const struct bko_entry *entry, size_t front,
                        int rows, uint64_t age)
{
	const uint8_t *key = entry->key.data;
	size_t rest = entry->key.size - front;
	int put = entry->action == BKO_ACTION_PUT;
	struct bko__writer w = {to, 0, room, 0};

	bko__write_byte(&w, (uint32_t)front);
	bko__write_byte(&w, (uint32_t)rest);
	bko__write_bytes(&w, key + front, rest);
	bko__write_uint(&w, put ? (uint64_t)entry->value.size + 1 : 0);
	if (rows)
		bko__write_uint(&w, age);
	if (put)
		bko__write_bytes(&w, entry->value.data, entry->value.size);
	return w.full ? 0 : w.size;
}

int bko__log_get_row(const uint8_t *payload, size_t size, size_t *at, int rows,
                     struct bko__log_row *row)
{
	struct bko__reader r = {payload, size, *at, 0};
	size_t front = bko__read_byte(&r), rest = bko__read_byte(&r);
	const uint8_t *key = bko__read_bytes(&r, rest);
	uint64_t length = bko__read_uint_below(&r, BKO_VALUE_MAX + 2);
	int above;

	row->age = rows ? bko__read_uint(&r) : 0;
	row->value_size = length > 0 ? (size_t)length - 1 : 0;
	row->value = bko__read_bytes(&r, row->value_size);
	if (r.bad || front > row->key_size || front + rest > BKO_KEY_MAX || front + rest == 0 ||
	    (rows && length == 0))
		return 0;
	/* Keys ascend: where they part, the later one is above or goes on. */
	above = row->key_size == front || (rest > 0 && key[0] > row->key[front]);
	if (!above || (row->key_size == front && rest == 0))
		return 0;
	memcpy(row->key + front, key, rest);
	row->key_size = front + rest;
	if (length == 0)
		row->value = NULL;
	*at = r.at;
	return 1;
}
