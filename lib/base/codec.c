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

/* A member as 64 bits, whatever its width. */
static uint64_t load_member(const uint8_t *member, size_t step)
{
	uint64_t wide;
	uint32_t narrow;

	if (step == sizeof narrow) {
		memcpy(&narrow, member, sizeof narrow);
		return narrow;
	}
	memcpy(&wide, member, sizeof wide);
	return wide;
}

static void store_member(uint8_t *member, size_t step, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;

	if (step == sizeof narrow)
		memcpy(member, &narrow, sizeof narrow);
	else
		memcpy(member, &value, sizeof value);
}

/* While eight bytes are left each value is stored whole, and the next one over its
 * tail; only the last ones go byte by byte. */
static void encode_fixed(const uint8_t *member, unsigned kind, unsigned count,
                         struct bko__writer *w)
{
	unsigned size = fixed_size(kind), i;
	size_t step = member_size(kind);
	uint8_t *to = w->data + w->size, *end = w->data + w->capacity;

	if ((size_t)size * count > w->capacity - w->size) {
		w->full = 1;
		return;
	}
	w->size += (size_t)size * count;
	if (kind == BKO__F_QUANTITY) {
		uint64_t wide;

		for (i = 0; i < count && end - to >= 8; i++, member += sizeof wide, to += 7) {
			memcpy(&wide, member, sizeof wide);
			bko__store_8(to, wide);
		}
	} else {
		for (i = 0; i < count && end - to >= 8; i++, member += step, to += size)
			bko__store_8(to, load_member(member, step));
	}
	for (; i < count; i++, member += step, to += size)
		bko__put_le(to, load_member(member, step), size);
}

enum { VARINT_MAX = 10 };

/* One number where there is room for the longest; most take one byte. */
static inline uint8_t *put_number(uint8_t *to, uint64_t value)
{
	while (value >= 0x80) {
		*to++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*to++ = (uint8_t)value;
	return to;
}

/* A run of numbers of variable length: a loop for each width, since this is where
 * most of the time of an encoding goes. */
static void encode_numbers(const uint8_t *member, unsigned kind, unsigned count,
                           struct bko__writer *w)
{
	uint8_t room[VARINT_MAX], *to;
	size_t step = member_size(kind);
	uint64_t wide;
	uint32_t narrow;

	for (; count && w->capacity - w->size < (size_t)VARINT_MAX * count; count--) {
		wide = load_member(member, step);
		if (kind == BKO__V_QUANTITY)
			wide = bko__zigzag((int64_t)wide);
		bko__write_bytes(w, room, (size_t)(put_number(room, wide) - room));
		member += step;
	}
	to = w->data + w->size;
	if (kind == BKO__V_U32) {
		for (; count; count--, member += sizeof narrow) {
			memcpy(&narrow, member, sizeof narrow);
			to = put_number(to, narrow);
		}
	} else if (kind == BKO__V_QUANTITY) {
		for (; count; count--, member += sizeof wide) {
			memcpy(&wide, member, sizeof wide);
			to = put_number(to, bko__zigzag((int64_t)wide));
		}
	} else {
		for (; count; count--, member += sizeof wide) {
			memcpy(&wide, member, sizeof wide);
			to = put_number(to, wide);
		}
	}
	w->size = (size_t)(to - w->data);
}

void bko__encode(const struct bko__table *table, const void *record, struct bko__writer *w)
{
	uint32_t f, i;

	for (f = 0; f < table->count; f++) {
		const struct bko__field *field = &table->fields[f];
		const uint8_t *member = (const uint8_t *)record + field->offset;
		struct bko_span id;

		switch (field->kind) {
		case BKO__F_HASH: bko__write_bytes(w, member, 16); break;
		case BKO__V_QUANTITY:
		case BKO__V_TIME:
		case BKO__V_COUNT:
		case BKO__V_U32: encode_numbers(member, field->kind, field->count, w); break;
		case BKO__V_ID:
			for (i = 0; i < field->count; i++, member += sizeof id) {
				memcpy(&id, member, sizeof id);
				bko__write_id(w, id.data, id.size);
			}
			break;
		default: encode_fixed(member, field->kind, field->count, w); break;
		}
	}
}

/* Seven bytes as a signed number: the eighth of what was loaded falls off at the top. */
static int64_t signed_7(uint64_t value)
{
	uint64_t sign = (uint64_t)1 << 55;

	return (int64_t)((value & (sign * 2 - 1)) ^ sign) - (int64_t)sign;
}

static int out_of_range(int64_t quantity)
{
	return (uint64_t)(quantity + BKO__QUANTITY_MAX) > 2 * (uint64_t)BKO__QUANTITY_MAX;
}

/* The longest runs of the longest record: the figures of a position. */
static void decode_quantities(uint8_t *member, unsigned count, const uint8_t *bytes,
                              struct bko__reader *r)
{
	const uint8_t *end = r->data + r->size;
	uint32_t bad = 0;
	int64_t value;

	for (; count && end - bytes >= 8; count--, member += sizeof value, bytes += 7) {
		value = signed_7(bko__load_8(bytes));
		bad |= (uint32_t)out_of_range(value);
		memcpy(member, &value, sizeof value);
	}
	for (; count; count--, member += sizeof value, bytes += 7) {
		value = signed_7(bko__get_le(bytes, 7));
		bad |= (uint32_t)out_of_range(value);
		memcpy(member, &value, sizeof value);
	}
	r->bad |= bad;
}

static void decode_fixed(uint8_t *member, unsigned kind, unsigned count, struct bko__reader *r)
{
	unsigned size = fixed_size(kind), i;
	uint64_t mask = ~(uint64_t)0 >> (64 - 8 * size);
	size_t step = member_size(kind);
	const uint8_t *bytes = bko__read_bytes(r, (size_t)size * count), *end = r->data + r->size;

	if (!bytes) {
		memset(member, 0, step * count);
		return;
	}
	if (kind == BKO__F_QUANTITY) {
		decode_quantities(member, count, bytes, r);
		return;
	}
	for (i = 0; i < count && end - bytes >= 8; i++, member += step, bytes += size)
		store_member(member, step, bko__load_8(bytes) & mask);
	for (; i < count; i++, member += step, bytes += size)
		store_member(member, step, bko__get_le(bytes, size));
}

/* One number; most take one byte. */
static inline uint64_t get_number(struct bko__reader *r)
{
	if (r->at < r->size && r->data[r->at] < 0x80)
		return r->data[r->at++];
	return bko__read_uint(r);
}

/* A loop for each width, as in encoding. */
static void decode_numbers(uint8_t *member, unsigned kind, unsigned count, struct bko__reader *r)
{
	uint64_t wide, bound = kind == BKO__V_TIME ? ~(uint64_t)0 << BKO_TIME_BITS : 0;
	uint32_t narrow;

	if (kind == BKO__V_U32) {
		for (; count; count--, member += sizeof narrow) {
			wide = get_number(r);
			narrow = (uint32_t)wide;
			r->bad |= wide >> 32 != 0;
			memcpy(member, &narrow, sizeof narrow);
		}
	} else if (kind == BKO__V_QUANTITY) {
		for (; count; count--, member += sizeof wide) {
			wide = (uint64_t)bko__unzigzag(get_number(r));
			if (out_of_range((int64_t)wide)) {
				r->bad = 1;
				wide = 0;
			}
			memcpy(member, &wide, sizeof wide);
		}
	} else {
		for (; count; count--, member += sizeof wide) {
			wide = get_number(r);
			if (wide & bound) {
				r->bad = 1;
				wide = 0;
			}
			memcpy(member, &wide, sizeof wide);
		}
	}
}

static void decode_ids(uint8_t *member, unsigned count, struct bko__reader *r)
{
	struct bko_span id;
	uint8_t size;

	for (; count; count--, member += sizeof id) {
		id.data = bko__read_id(r, &size, BKO_ID_MAX);
		id.size = size;
		memcpy(member, &id, sizeof id);
	}
}

void bko__decode(const struct bko__table *table, void *record, struct bko__reader *r)
{
	uint32_t f;

	for (f = 0; f < table->count; f++) {
		const struct bko__field *field = &table->fields[f];
		uint8_t *member = (uint8_t *)record + field->offset;
		const uint8_t *bytes;

		switch (field->kind) {
		case BKO__F_HASH:
			bytes = bko__read_bytes(r, 16);
			if (bytes)
				memcpy(member, bytes, 16);
			break;
		case BKO__V_QUANTITY:
		case BKO__V_TIME:
		case BKO__V_COUNT:
		case BKO__V_U32: decode_numbers(member, field->kind, field->count, r); break;
		case BKO__V_ID: decode_ids(member, field->count, r); break;
		default: decode_fixed(member, field->kind, field->count, r); break;
		}
	}
}
