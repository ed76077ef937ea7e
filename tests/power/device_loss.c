/*
 * What becomes of the units: by changes that are done, by those that are cut
 * short, and by a loss of power.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device.h"

#include <stdlib.h>
#include <string.h>

/* Bits of a flash chip turn away from their erased value only: as bytes whose
 * erased value is ones, old and new are joined by "and". */
static uint8_t turned(const struct device *d, uint8_t old, uint8_t value)
{
	uint8_t flip = (uint8_t)(0xff ^ d->shape.erased);
	if (d->shape.kind != DEVICE_FLASH)
		return value;
	return (uint8_t)(((old ^ flip) & (value ^ flip)) ^ flip);
}

/* Whether a unit does nothing and says it did. */
static int silent(const struct device *d, uint64_t at, uint32_t kind)
{
	return d->bad[at / d->shape.erase_unit] & kind;
}

static void put_byte(const struct device *d, struct device_unit **unit, uint64_t at, uint8_t value,
                     uint8_t loose)
{
	uint32_t index = (uint32_t)(at / d->shape.erase_unit);
	uint32_t within = (uint32_t)(at % d->shape.erase_unit);
	struct device_unit *u = device_own(d, unit, index);
	u->bytes[within] = turned(d, u->bytes[within], value);
	u->bits[within] = loose;
	u->loose |= loose;
}

static void put_state(const struct device *d, struct device_unit **unit, uint64_t at, uint8_t state)
{
	struct device_unit *u = device_own(d, unit, (uint32_t)(at / d->shape.erase_unit));
	u->state[at % d->shape.erase_unit / d->shape.program_unit] = state;
	u->damaged |= state == CELL_DAMAGED;
}

static void settle_program(const struct device *d, struct device_unit **unit,
                           const struct device_op *op)
{
	for (uint32_t i = 0; i < op->size; i++) {
		if (silent(d, op->at + i, BAD_PROGRAM_SILENT))
			continue;
		put_byte(d, unit, op->at + i, op->data[i], 0);
		if (i % d->shape.program_unit == 0)
			put_state(d, unit, op->at + i, CELL_PROGRAMMED);
	}
}

static void settle_erase(const struct device *d, struct device_unit **unit,
                         const struct device_op *op)
{
	struct device_unit *u = device_own(d, unit, (uint32_t)(op->at / d->shape.erase_unit));
	u->wear++;
	if (silent(d, op->at, BAD_ERASE_SILENT))
		return;
	memset(u->bytes, (int)d->shape.erased, d->shape.erase_unit);
	memset(u->bits, 0, d->shape.erase_unit);
	memset(u->state, CELL_ERASED, d->shape.erase_unit / d->shape.program_unit);
	u->loose = u->damaged = 0;
}

/* A file whose growing was lost grows by being written. */
static void extend(const struct device *d, uint32_t *units, const struct device_op *op)
{
	uint64_t end = (op->at + op->size + d->shape.erase_unit - 1) / d->shape.erase_unit;
	if (op->kind == DEVICE_PROGRAM && end > *units)
		*units = (uint32_t)end;
}

void device_settle(struct device *d, struct device_unit **unit, uint32_t *units,
                   const struct device_op *op)
{
	switch (op->kind) {
	case DEVICE_PROGRAM:
		settle_program(d, unit, op);
		extend(d, units, op);
		break;
	case DEVICE_ERASE: settle_erase(d, unit, op); break;
	case DEVICE_GROW: *units = op->at > *units ? (uint32_t)op->at : *units; break;
	default: break;
	}
}

/* The byte that a duplicate leaves: the front of the same program again, or what
 * lies as far before it. */
static uint8_t duplicate(const struct device *d, struct device_unit **unit,
                         const struct device_op *op, uint32_t i, uint32_t byte, int before)
{
	uint64_t at = op->at + i - op->size;
	if (byte && !before)
		return op->data[(i - byte) % byte];
	if (op->at < op->size)
		return op->data[i / 2];
	return unit[at / d->shape.erase_unit]->bytes[at % d->shape.erase_unit];
}

static void tear_program(struct device *d, struct device_unit **unit, const struct device_op *op,
                         uint32_t byte, uint32_t tail)
{
	uint32_t cell = d->shape.program_unit;
	int flash = d->shape.kind == DEVICE_FLASH, before = device_random(&d->random) & 1;
	/* old and new bytes are mixed one by one, or in sectors of some size */
	uint32_t grain = 1u << device_random(&d->random) % 10, mix = 0;
	byte = byte < op->size ? byte : op->size;
	for (uint32_t i = 0; i < op->size; i++) {
		uint64_t at = op->at + i, random = device_random(&d->random);
		uint8_t old = unit[at / d->shape.erase_unit]->bytes[at % d->shape.erase_unit];
		uint8_t value = op->data[i], loose = 0;
		if (i >= byte && tail == TAIL_OLD)
			break;
		mix = i % grain ? mix : (uint32_t)random & 1;
		if (i >= byte) {
			switch (tail) {
			case TAIL_ZERO: value = 0; break;
			case TAIL_ONES:
				loose = flash ? (uint8_t)(old ^ turned(d, old, value)) : 0;
				value = flash ? old : 0xff;
				break;
			case TAIL_RANDOM: value = (uint8_t)(random >> 8); break;
			case TAIL_PARTIAL:
				if (flash)
					value = (uint8_t)(old ^ ((old ^ value) & random >> 8));
				else
					value = mix ? value : old;
				break;
			default: value = duplicate(d, unit, op, i, byte, before); break;
			}
		}
		put_byte(d, unit, at, value, loose);
		if (i % cell == 0)
			put_state(d, unit, at, CELL_PROGRAMMED);
		if (i >= byte && d->shape.flags & DEVICE_ECC)
			put_state(d, unit, at, CELL_DAMAGED);
	}
	if (byte < op->size && byte % cell && d->shape.flags & DEVICE_ECC)
		put_state(d, unit, op->at + byte, CELL_DAMAGED);
}

static void tear_erase(struct device *d, struct device_unit **unit, const struct device_op *op,
                       uint32_t byte, uint32_t tail)
{
	uint8_t away = (uint8_t)(0xff ^ d->shape.erased), state = CELL_PROGRAMMED;
	struct device_unit *u;
	if (byte == 0 && tail == TAIL_OLD)
		return; /* had not begun */
	u = device_own(d, unit, (uint32_t)(op->at / d->shape.erase_unit));
	u->wear++;
	u->loose = 0;
	for (uint32_t i = 0; i < d->shape.erase_unit; i++) {
		uint8_t old = u->bytes[i], set = (uint8_t)(old ^ d->shape.erased);
		uint64_t random = device_random(&d->random);
		u->bits[i] = 0;
		u->bytes[i] = (uint8_t)d->shape.erased;
		if (i < byte)
			continue;
		switch (tail) {
		case TAIL_OLD: u->bytes[i] = old; break;
		case TAIL_ZERO: u->bytes[i] = away; break;
		case TAIL_ONES: u->bits[i] = set; break;
		case TAIL_RANDOM: u->bytes[i] = (uint8_t)random; break;
		case TAIL_PARTIAL:
			u->bytes[i] = (uint8_t)(old ^ (set & random));
			u->bits[i] = (uint8_t)(set & random >> 8 & random >> 16);
			break;
		default: break; /* it reads as erased, and is not */
		}
		u->loose |= u->bits[i];
	}
	if (d->shape.flags & DEVICE_ECC && (tail == TAIL_RANDOM || tail == TAIL_PARTIAL))
		state = CELL_DAMAGED;
	memset(u->state, state, d->shape.erase_unit / d->shape.program_unit);
	u->damaged = state == CELL_DAMAGED;
}

void device_tear(struct device *d, struct device_unit **unit, const struct device_op *op,
                 uint32_t byte, uint32_t tail)
{
	if (op->kind == DEVICE_PROGRAM)
		tear_program(d, unit, op, byte, tail);
	else if (op->kind == DEVICE_ERASE)
		tear_erase(d, unit, op, byte, tail);
}

/* ---- Loss of power ------------------------------------------------------------------------ */

/* What becomes of the changes that waited for a sync. */
static void lose_pending(struct device *d, const struct device_loss *loss)
{
	for (uint32_t i = 0; i < d->pending_count; i++) {
		struct device_op *op = d->pending[i];
		uint64_t random = device_random(&d->random);
		int keep = loss->keep == KEEP_ALL ||
		           (loss->keep == KEEP_MASK && i < 64 && loss->mask >> i & 1);
		if (loss->keep == KEEP_RANDOM && random % 3 == 0) {
			device_tear(d, d->base, op,
			            op->size ? (uint32_t)(random >> 8) % op->size : 0,
			            (uint32_t)(random >> 40) % TAILS);
			extend(d, &d->base_units, op);
		} else if (keep || (loss->keep == KEEP_RANDOM && random % 3 == 1))
			device_settle(d, d->base, &d->base_units, op);
		if (--op->refs == 0)
			free(op);
	}
	d->pending_count = 0;
}

void device_lose(struct device *d, const struct device_op *op, const struct device_loss *loss)
{
	int durable = (d->shape.flags & DEVICE_DURABLE) != 0;
	struct device_unit **unit = durable ? d->unit : d->base;
	uint32_t *units = durable ? &d->units : &d->base_units;
	d->random = loss->seed ^ 0x6c6f7373;
	if (!durable)
		lose_pending(d, loss);
	if (op && op->kind == DEVICE_GROW && loss->byte)
		device_settle(d, unit, units, op);
	else if (op)
		device_tear(d, unit, op, loss->byte, loss->tail);
	if (op && (loss->byte || loss->tail != TAIL_OLD))
		extend(d, units, op);
	if (!durable) {
		for (uint32_t i = 0; i < DEVICE_UNITS; i++) {
			if (d->base[i] == d->unit[i])
				continue;
			device_drop(d->unit[i]);
			d->unit[i] = d->base[i];
			if (d->unit[i])
				d->unit[i]->refs++;
		}
		d->units = d->base_units;
	}
	d->sync_failed = d->forgot = 0;
}
