/*
 * codec.c - see codec.h. Members of a run stand side by side in the struct.
 */
#include "base/codec.h"

#include "backorder/types.h"
#include "base/number.h"

static size_t member_size(unsigned kind)
{
	switch (kind) {
	case BKO__F_U32:
	case BKO__F_U16:
	case BKO__F_U8:
	case BKO__V_U32: return sizeof(uint32_t);
	case BKO__F_HASH: return 16;
	case BKO__V_ID: return sizeof(struct bko_span);
	default: return sizeof(int64_t);
	}
}

static unsigned fixed_size(unsigned kind)
{
	switch (kind) {
	case BKO__F_QUANTITY: return 7;
	case BKO__F_TIME:
	case BKO__F_COUNT: return 6;
	case BKO__F_U32: return 4;
	case BKO__F_U16: return 2;
	case BKO__F_U8: return 1;
	default: return 0;
	}
}

static void encode_fixed(const uint8_t *member, unsigned kind, unsigned count,
                         struct bko__writer *w)
{
	unsigned size = fixed_size(kind), i;
	size_t step = member_size(kind);

	if ((size_t)size * count > w->capacity - w->size) {
		w->full = 1;
		return;
	}
	for (i = 0; i < count; i++, member += step) {
		uint64_t value;

		if (step == sizeof(uint32_t)) {
			uint32_t narrow;

			memcpy(&narrow, member, sizeof narrow);
			value = narrow;
		} else {
			memcpy(&value, member, sizeof value);
		}
		bko__put_le(w->data + w->size, value, size);
		w->size += size;
	}
}

static void encode_variable(const uint8_t *member, unsigned kind, struct bko__writer *w)
{
	struct bko_span id;
	uint64_t wide;
	uint32_t narrow;

	switch (kind) {
	case BKO__V_U32:
		memcpy(&narrow, member, sizeof narrow);
		bko__write_uint(w, narrow);
		break;
	case BKO__V_ID:
		memcpy(&id, member, sizeof id);
		bko__write_id(w, id.data, id.size);
		break;
	case BKO__F_HASH: bko__write_bytes(w, member, 16); break;
	default:
		memcpy(&wide, member, sizeof wide);
		if (kind == BKO__V_QUANTITY)
			wide = bko__zigzag((int64_t)wide);
		bko__write_uint(w, wide);
		break;
	}
}

void bko__encode(const struct bko__table *table, const void *record, struct bko__writer *w)
{
	uint32_t f, i;

	for (f = 0; f < table->count; f++) {
		const struct bko__field *field = &table->fields[f];
		const uint8_t *member = (const uint8_t *)record + field->offset;

		if (fixed_size(field->kind)) {
			encode_fixed(member, field->kind, field->count, w);
			continue;
		}
		for (i = 0; i < field->count; i++, member += member_size(field->kind))
			encode_variable(member, field->kind, w);
	}
}

/* Seven bytes as a signed number. */
static int64_t signed_7(uint64_t value)
{
	return (int64_t)(value ^ (uint64_t)1 << 55) - ((int64_t)1 << 55);
}

static void decode_fixed(uint8_t *member, unsigned kind, unsigned count, struct bko__reader *r)
{
	unsigned size = fixed_size(kind), i;
	size_t step = member_size(kind);
	const uint8_t *bytes = bko__read_bytes(r, (size_t)size * count);

	if (!bytes) {
		memset(member, 0, step * count);
		return;
	}
	for (i = 0; i < count; i++, member += step, bytes += size) {
		uint64_t value = bko__get_le(bytes, size);

		if (step == sizeof(uint32_t)) {
			uint32_t narrow = (uint32_t)value;

			memcpy(member, &narrow, sizeof narrow);
			continue;
		}
		if (kind == BKO__F_QUANTITY) {
			value = (uint64_t)signed_7(value);
			r->bad |= !bko__quantity_ok((int64_t)value);
		}
		memcpy(member, &value, sizeof value);
	}
}

static void decode_variable(uint8_t *member, unsigned kind, struct bko__reader *r)
{
	struct bko_span id;
	uint64_t wide;
	uint32_t narrow;
	uint8_t size;

	switch (kind) {
	case BKO__V_U32:
		narrow = (uint32_t)bko__read_uint_below(r, (uint64_t)1 << 32);
		memcpy(member, &narrow, sizeof narrow);
		return;
	case BKO__V_ID:
		id.data = bko__read_id(r, &size, BKO_ID_MAX);
		id.size = size;
		memcpy(member, &id, sizeof id);
		return;
	case BKO__V_QUANTITY:
		wide = (uint64_t)bko__read_int(r);
		r->bad |= !bko__quantity_ok((int64_t)wide);
		break;
	case BKO__V_TIME: wide = bko__read_uint_below(r, (uint64_t)1 << BKO_TIME_BITS); break;
	default: wide = bko__read_uint(r); break;
	}
	memcpy(member, &wide, sizeof wide);
}

void bko__decode(const struct bko__table *table, void *record, struct bko__reader *r)
{
	uint32_t f, i;

	for (f = 0; f < table->count; f++) {
		const struct bko__field *field = &table->fields[f];
		uint8_t *member = (uint8_t *)record + field->offset;

		if (fixed_size(field->kind)) {
			decode_fixed(member, field->kind, field->count, r);
			continue;
		}
		for (i = 0; i < field->count; i++, member += member_size(field->kind)) {
			if (field->kind == BKO__F_HASH) {
				const uint8_t *bytes = bko__read_bytes(r, 16);

				if (bytes)
					memcpy(member, bytes, 16);
				continue;
			}
			decode_variable(member, field->kind, r);
		}
	}
}
