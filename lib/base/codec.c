/*
 * codec.c - see codec.h. Members of a run stand side by side in the struct.
 */
#include "base/codec.h"

#include "backorder/types.h"
#include "base/number.h"

enum { NUMBER_MAX = 10, TIME_SIZE = BKO_TIME_BITS / 8, WORD = 8 };

static inline uint64_t load_wide(const uint8_t *member)
{
	uint64_t wide;

	memcpy(&wide, member, sizeof wide);
	return wide;
}

static inline uint32_t load_narrow(const uint8_t *member)
{
	uint32_t narrow;

	memcpy(&narrow, member, sizeof narrow);
	return narrow;
}

/* Bytes of a fixed member. */
static unsigned fixed_size(unsigned kind)
{
	switch (kind) {
	case BKO__F_QUANTITY: return 7;
	case BKO__F_TIME:
	case BKO__F_COUNT: return 6;
	case BKO__F_U32: return 4;
	case BKO__F_U16: return 2;
	default: return 1;
	}
}

/* FIXED GROUPS. Their sizes are constants where these are inlined, which is where the
 * time of the longest record goes, the position. */
static inline uint64_t load_member(const uint8_t *member, size_t step)
{
	return step == WORD ? load_wide(member) : load_narrow(member);
}

static inline void store_member(uint8_t *member, size_t step, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;

	if (step == WORD)
		memcpy(member, &value, sizeof value);
	else
		memcpy(member, &narrow, sizeof narrow);
}

/* `count` members as `size` bytes each. Each is stored whole, and the next one over its
 * tail, if there is room behind the last; else byte by byte. */
static inline void encode_alike(const uint8_t *member, size_t step, unsigned size, unsigned count,
                                struct bko__writer *w)
{
	size_t bytes = (size_t)size * count, room = w->capacity - w->size;
	uint8_t *to = w->data + w->size;

	if (bytes > room) {
		w->full = 1;
		return;
	}
	w->size += bytes;
	if (room - bytes < WORD) {
		for (; count; count--, member += step, to += size)
			bko__put_le(to, load_member(member, step), size);
		return;
	}
	for (; count >= 4; count -= 4, member += 4 * step, to += 4 * size) {
		bko__store_8(to, load_member(member, step));
		bko__store_8(to + size, load_member(member + step, step));
		bko__store_8(to + 2 * size, load_member(member + 2 * step, step));
		bko__store_8(to + 3 * size, load_member(member + 3 * step, step));
	}
	for (; count; count--, member += step, to += size)
		bko__store_8(to, load_member(member, step));
}

static void encode_fixed(const uint8_t *member, unsigned kind, unsigned count,
                         struct bko__writer *w)
{
	switch (kind) {
	case BKO__F_QUANTITY: encode_alike(member, WORD, 7, count, w); break;
	case BKO__F_TIME:
	case BKO__F_COUNT: encode_alike(member, WORD, 6, count, w); break;
	case BKO__F_U32: encode_alike(member, sizeof(uint32_t), 4, count, w); break;
	case BKO__F_U16: encode_alike(member, sizeof(uint32_t), 2, count, w); break;
	default: encode_alike(member, sizeof(uint32_t), 1, count, w); break;
	}
}

/* Which members of a group are not 0, one bit each. */
static inline uint32_t present(const uint8_t *member, const struct bko__group *group)
{
	unsigned i, count = group->count;
	uint32_t bits = 0;
	struct bko_span id;

	if (group->width == BKO__WIDE) {
		for (i = 0; i < count; i++, member += WORD)
			if (load_wide(member))
				bits |= (uint32_t)1 << i;
	} else if (group->width == BKO__NARROW) {
		for (i = 0; i < count; i++, member += sizeof(uint32_t))
			if (load_narrow(member))
				bits |= (uint32_t)1 << i;
	} else {
		for (i = 0; i < count; i++, member += sizeof id) {
			memcpy(&id, member, sizeof id);
			bits |= (uint32_t)(id.size != 0) << i;
		}
	}
	return bits;
}

/* Number of the lowest bit that is set; there is one. */
static inline unsigned lowest(uint32_t bits)
{
#if defined(__GNUC__)
	return (unsigned)__builtin_ctz(bits);
#else
	unsigned number = 0;

	for (; !(bits & 1); bits >>= 1)
		number++;
	return number;
#endif
}

static inline uint8_t *put_number(uint8_t *to, uint64_t value)
{
	while (value >= 0x80) {
		*to++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*to++ = (uint8_t)value;
	return to;
}

/* One member of 64 bits, where there is room for the longest. */
static inline uint8_t *put_wide(uint8_t *to, unsigned kind, uint64_t value)
{
	if (kind == BKO__V_QUANTITY || kind == BKO__V_SIGNED)
		return put_number(to, bko__zigzag((int64_t)value));
	if (kind == BKO__V_COUNT)
		return put_number(to, value);
	bko__store_8(to, value);
	return to + (kind == BKO__V_TIME ? TIME_SIZE : WORD);
}

static void encode_ids(const uint8_t *member, uint32_t bits, struct bko__writer *w)
{
	struct bko_span id;

	for (; bits; bits &= bits - 1) {
		memcpy(&id, member + lowest(bits) * sizeof id, sizeof id);
		bko__write_id(w, id.data, id.size);
	}
}

/* Near the end of the room a number is made beside it, and copied there if it fits. */
static inline void encode_group(const uint8_t *members, const struct bko__group *group,
                                uint32_t bits, struct bko__writer *w)
{
	uint8_t *to = w->data + w->size, *end = w->data + w->capacity, *at, room[NUMBER_MAX];
	int tight;

	for (; bits; bits &= bits - 1) {
		unsigned i = lowest(bits);

		tight = end - to < NUMBER_MAX;
		at = tight ? room : to;
		if (group->width == BKO__WIDE)
			at = put_wide(at, (unsigned)group->kinds[i], load_wide(members + i * WORD));
		else
			at = put_number(at, load_narrow(members + i * sizeof(uint32_t)));
		if (!tight) {
			to = at;
			continue;
		}
		w->size = (size_t)(to - w->data);
		bko__write_bytes(w, room, (size_t)(at - room));
		to = w->data + w->size;
	}
	w->size = (size_t)(to - w->data);
}

void bko__encode(const struct bko__table *table, const void *record, struct bko__writer *w)
{
	const struct bko__group *group = table->groups, *last = group + table->count, *first;
	const uint8_t *bytes = record;
	uint32_t mask = 0, bits;
	unsigned shift = 0;

	for (; group < last && group->width == BKO__FIXED; group++)
		encode_fixed(bytes + group->offset, (unsigned)group->kinds[0], group->count, w);
	if (group == last)
		return;
	for (first = group; group < last; shift += group->count, group++)
		mask |= present(bytes + group->offset, group) << shift;
	if (mask < 0x80 && w->size < w->capacity)
		w->data[w->size++] = (uint8_t)mask;
	else
		bko__write_uint(w, mask);
	for (group = first; mask; mask >>= group->count, group++) {
		bits = mask & (((uint32_t)1 << group->count) - 1);
		if (!bits)
			continue;
		if (group->width == BKO__IDS)
			encode_ids(bytes + group->offset, bits, w);
		else
			encode_group(bytes + group->offset, group, bits, w);
	}
}

static int out_of_range(int64_t quantity)
{
	return (uint64_t)(quantity + BKO__QUANTITY_MAX) > 2 * (uint64_t)BKO__QUANTITY_MAX;
}

/* Seven bytes as a signed number: the eighth of what was loaded falls off at the top. */
static inline int64_t signed_7(uint64_t value)
{
	uint64_t sign = (uint64_t)1 << 55;

	return (int64_t)((value & (sign * 2 - 1)) ^ sign) - (int64_t)sign;
}

/* One quantity; the sum that tells if it is in range is kept if it is the highest. */
static inline void decode_quantity(uint8_t *member, uint64_t bytes, uint64_t *most)
{
	int64_t value = signed_7(bytes);
	uint64_t above = (uint64_t)(value + BKO__QUANTITY_MAX);

	*most = above > *most ? above : *most;
	memcpy(member, &value, sizeof value);
}

static void decode_quantities(uint8_t *member, unsigned count, const uint8_t *bytes,
                              struct bko__reader *r)
{
	uint64_t most = 0;

	if (r->size - r->at < WORD) {
		for (; count; count--, member += WORD, bytes += 7)
			decode_quantity(member, bko__get_le(bytes, 7), &most);
	}
	for (; count >= 4; count -= 4, member += 4 * WORD, bytes += 28) {
		decode_quantity(member, bko__load_8(bytes), &most);
		decode_quantity(member + WORD, bko__load_8(bytes + 7), &most);
		decode_quantity(member + 2 * WORD, bko__load_8(bytes + 14), &most);
		decode_quantity(member + 3 * WORD, bko__load_8(bytes + 21), &most);
	}
	for (; count; count--, member += WORD, bytes += 7)
		decode_quantity(member, bko__load_8(bytes), &most);
	r->bad |= most > 2 * (uint64_t)BKO__QUANTITY_MAX;
}

static inline void decode_alike(uint8_t *member, size_t step, unsigned size, unsigned count,
                                const uint8_t *bytes, struct bko__reader *r)
{
	uint64_t mask = ~(uint64_t)0 >> (64 - 8 * size);

	if (r->size - r->at < WORD) {
		for (; count; count--, member += step, bytes += size)
			store_member(member, step, bko__get_le(bytes, size));
	}
	for (; count; count--, member += step, bytes += size)
		store_member(member, step, bko__load_8(bytes) & mask);
}

static void decode_fixed(uint8_t *member, unsigned kind, unsigned count, struct bko__reader *r)
{
	size_t step = kind >= 'A' ? WORD : sizeof(uint32_t);
	unsigned size = fixed_size(kind);
	const uint8_t *bytes = bko__read_bytes(r, (size_t)size * count);

	if (!bytes) {
		memset(member, 0, step * count);
		return;
	}
	switch (size) {
	case 7: decode_quantities(member, count, bytes, r); break;
	case 6: decode_alike(member, WORD, 6, count, bytes, r); break;
	case 4: decode_alike(member, sizeof(uint32_t), 4, count, bytes, r); break;
	case 2: decode_alike(member, sizeof(uint32_t), 2, count, bytes, r); break;
	default: decode_alike(member, sizeof(uint32_t), 1, count, bytes, r); break;
	}
}

/* One number; most take one byte. */
static inline uint64_t get_number(struct bko__reader *r)
{
	if (r->at < r->size && r->data[r->at] < 0x80)
		return r->data[r->at++];
	return bko__read_uint(r);
}

/* One member of 64 bits. */
static inline uint64_t get_wide(unsigned kind, struct bko__reader *r)
{
	unsigned size = kind == BKO__V_TIME ? TIME_SIZE : WORD;
	const uint8_t *bytes;
	int64_t value;

	if (kind == BKO__V_COUNT)
		return get_number(r);
	if (kind == BKO__V_QUANTITY || kind == BKO__V_SIGNED) {
		value = bko__unzigzag(get_number(r));
		if (kind == BKO__V_SIGNED || !out_of_range(value))
			return (uint64_t)value;
		r->bad = 1;
		return 0;
	}
	bytes = bko__read_bytes(r, size);
	return bytes ? bko__get_le(bytes, size) : 0;
}

static void decode_ids(uint8_t *member, uint32_t bits, struct bko__reader *r)
{
	struct bko_span id;
	uint8_t size;

	for (; bits; bits &= bits - 1) {
		id.data = bko__read_id(r, &size, BKO_ID_MAX);
		id.size = size;
		memcpy(member + lowest(bits) * sizeof id, &id, sizeof id);
	}
}

static void decode_group(uint8_t *members, const struct bko__group *group, uint32_t bits,
                         struct bko__reader *r)
{
	uint64_t wide;
	uint32_t narrow;

	for (; bits; bits &= bits - 1) {
		unsigned i = lowest(bits);

		if (group->width == BKO__WIDE) {
			wide = get_wide((unsigned)group->kinds[i], r);
			memcpy(members + i * sizeof wide, &wide, sizeof wide);
			continue;
		}
		wide = get_number(r);
		narrow = (uint32_t)wide;
		r->bad |= wide >> 32 != 0;
		memcpy(members + i * sizeof narrow, &narrow, sizeof narrow);
	}
}

void bko__decode(const struct bko__table *table, void *record, struct bko__reader *r)
{
	const struct bko__group *group = table->groups, *last = group + table->count;
	uint8_t *bytes = record;
	uint32_t mask, bits;

	for (; group < last && group->width == BKO__FIXED; group++)
		decode_fixed(bytes + group->offset, (unsigned)group->kinds[0], group->count, r);
	if (group == last)
		return;
	mask = (uint32_t)bko__read_uint_below(r, (uint64_t)1 << 32);
	for (; mask && group < last; mask >>= group->count, group++) {
		bits = mask & (((uint32_t)1 << group->count) - 1);
		if (group->width == BKO__IDS)
			decode_ids(bytes + group->offset, bits, r);
		else
			decode_group(bytes + group->offset, group, bits, r);
	}
	r->bad |= mask != 0;
}
