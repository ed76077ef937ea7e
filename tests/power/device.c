/*
 * The calls of a device, and what the store must not do with it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t device_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void breach(struct device *d, const char *what, uint64_t at, uint64_t size)
{
	if (!d->breach[0])
		snprintf(d->breach, sizeof d->breach, "%s (at %llu, size %llu)", what,
		         (unsigned long long)at, (unsigned long long)size);
}

/* ---- Units ----------------------------------------------------------------------------- */

static size_t unit_bytes(const struct device_shape *s)
{
	return sizeof(struct device_unit) + 2 * (size_t)s->erase_unit +
	       s->erase_unit / s->program_unit;
}

static struct device_unit *unit_new(const struct device_shape *s)
{
	struct device_unit *u = calloc(1, unit_bytes(s));
	if (!u)
		abort();
	u->refs = 1;
	u->bits = u->bytes + s->erase_unit;
	u->state = u->bits + s->erase_unit;
	return u;
}

/* A unit that nobody used: erased, or with whatever a file system leaves there. */
static struct device_unit *unit_fresh(struct device *d)
{
	struct device_unit *u = unit_new(&d->shape);
	uint32_t kind = (uint32_t)(device_random(&d->random) % 4);
	if (d->shape.kind == DEVICE_FLASH) {
		memset(u->bytes, (int)d->shape.erased, d->shape.erase_unit);
		return u;
	}
	for (uint32_t i = 0; i < d->shape.erase_unit; i++)
		u->bytes[i] = kind == 0 ? (uint8_t)device_random(&d->random) : kind == 1 ? 0xff : 0;
	return u;
}

void device_drop(struct device_unit *unit)
{
	if (unit && --unit->refs == 0)
		free(unit);
}

struct device_unit *device_own(const struct device *d, struct device_unit **unit, uint32_t index)
{
	struct device_unit *old = unit[index], *u;
	if (old->refs == 1)
		return old;
	u = unit_new(&d->shape);
	memcpy(u->bytes, old->bytes, unit_bytes(&d->shape) - sizeof *u);
	u->wear = old->wear;
	u->loose = old->loose;
	u->damaged = old->damaged;
	device_drop(old);
	return unit[index] = u;
}

static void op_drop(struct device_op *op)
{
	if (op && --op->refs == 0)
		free(op);
}

static struct device_op *op_new(uint32_t kind, uint64_t at, const void *data, uint32_t size)
{
	struct device_op *op = malloc(sizeof *op + size);
	if (!op)
		abort();
	op->refs = 1;
	op->kind = kind;
	op->at = at;
	op->size = size;
	if (size)
		memcpy(op->data, data, size);
	return op;
}

/* What is there now is what a loss of power leaves. */
static void base_follow(struct device *d)
{
	if (d->shape.flags & DEVICE_DURABLE)
		return;
	for (uint32_t i = 0; i < d->pending_count; i++)
		op_drop(d->pending[i]);
	d->pending_count = 0;
	for (uint32_t i = 0; i < DEVICE_UNITS; i++) {
		if (d->base[i] == d->unit[i])
			continue;
		device_drop(d->base[i]);
		d->base[i] = d->unit[i];
		if (d->base[i])
			d->base[i]->refs++;
	}
	d->base_units = d->units;
}

/* ---- What is planned ------------------------------------------------------------------ */

/* Whether this call is one that fails. */
static int planned_failure(struct device *d, uint32_t kind)
{
	const struct device_plan *p = &d->plan;
	if (!(p->fail_kinds & kind) || !p->fail_at)
		return 0;
	d->fail_calls++;
	if (d->fail_calls != p->fail_at && (d->fail_calls < p->fail_at || !p->for_ever))
		return 0;
	d->failed++;
	return 1;
}

/* Counts a change and lets the power fail in it. */
static int planned_cut(struct device *d, const struct device_op *op)
{
	d->changes++;
	if (d->before)
		d->before(d->before_host, d, op);
	if (d->plan.cut_at != d->changes)
		return 0;
	device_lose(d, op, &d->plan.loss);
	d->dead = 1;
	return 1;
}

/* A change that failed: a part of it took effect, here and on what a cut leaves. */
static int32_t fail_partly(struct device *d, struct device_op *op, uint32_t bytes, uint32_t tail,
                           int32_t status)
{
	uint64_t random = d->random;
	device_tear(d, d->unit, op, bytes, tail);
	if (!(d->shape.flags & DEVICE_DURABLE)) {
		d->random = random; /* both alike */
		device_tear(d, d->base, op, bytes, tail);
	}
	op_drop(op);
	return status;
}

/* Takes effect now; for good only after the next sync. */
static void settle(struct device *d, struct device_op *op)
{
	device_settle(d, d->unit, &d->units, op);
	if (d->shape.flags & DEVICE_DURABLE) {
		op_drop(op);
		return;
	}
	if (d->pending_count == DEVICE_PENDING) {
		device_settle(d, d->base, &d->base_units, d->pending[0]);
		op_drop(d->pending[0]);
		d->pending_count--;
		memmove(d->pending, d->pending + 1, d->pending_count * sizeof *d->pending);
	}
	d->pending[d->pending_count++] = op;
}

/* ---- The calls ------------------------------------------------------------------------- */

static int inside(struct device *d, const char *what, uint64_t at, uint32_t size)
{
	uint64_t end = device_size(d);
	if (at <= end && size <= end - at)
		return 1;
	breach(d, what, at, size);
	return 0;
}

static int32_t read_unit(struct device *d, uint32_t index, uint32_t from, uint8_t *to,
                         uint32_t size)
{
	const struct device_unit *u = d->unit[index];
	uint32_t cell = d->shape.program_unit;
	if (d->bad[index] & BAD_READ)
		return BKO_E_IO;
	if (u->damaged)
		for (uint32_t i = from / cell; i <= (from + size - 1) / cell; i++)
			if (u->state[i] == CELL_DAMAGED)
				return BKO_E_CORRUPT;
	memcpy(to, u->bytes + from, size);
	if (u->loose)
		for (uint32_t i = 0; i < size; i++)
			if (u->bits[from + i])
				to[i] ^= (uint8_t)(u->bits[from + i] & device_random(&d->random));
	return BKO_OK;
}

static int32_t device_read(void *host, uint64_t at, void *data, uint32_t size)
{
	struct device *d = host;
	uint8_t *to = data;
	d->reads++;
	if (d->dead)
		return BKO_E_IO;
	if (planned_failure(d, DEVICE_READ))
		return d->plan.fail_status;
	if (!inside(d, "read beyond the end", at, size))
		return BKO_E_IO;
	while (size) {
		uint32_t index = (uint32_t)(at / d->shape.erase_unit);
		uint32_t from = (uint32_t)(at % d->shape.erase_unit);
		uint32_t part = d->shape.erase_unit - from;
		int32_t status;
		part = part < size ? part : size;
		status = read_unit(d, index, from, to, part);
		if (status)
			return status;
		at += part;
		to += part;
		size -= part;
	}
	return BKO_OK;
}

static void check_program(struct device *d, uint64_t at, uint32_t size)
{
	uint32_t cell = d->shape.program_unit;
	if (at % cell || size % cell || !size)
		breach(d, "program of a part of a unit", at, size);
	if (d->shape.kind != DEVICE_FLASH || d->shape.flags & DEVICE_AGAIN)
		return;
	for (uint64_t i = at; i < at + size; i += cell) {
		const struct device_unit *u = d->unit[i / d->shape.erase_unit];
		if (u->state[i % d->shape.erase_unit / cell] != CELL_ERASED)
			breach(d, "program of a unit that is not erased", i, cell);
	}
}

static int32_t device_program(void *host, uint64_t at, const void *data, uint32_t size)
{
	struct device *d = host;
	struct device_op *op;
	if (d->dead)
		return BKO_E_IO;
	if (!inside(d, "program beyond the end", at, size))
		return BKO_E_IO;
	check_program(d, at, size);
	op = op_new(DEVICE_PROGRAM, at, data, size);
	d->programs++;
	d->bytes += size;
	if (planned_cut(d, op)) {
		op_drop(op);
		return BKO_E_IO;
	}
	if (planned_failure(d, DEVICE_PROGRAM))
		return fail_partly(d, op, d->plan.fail_bytes, d->plan.loss.tail,
		                   d->plan.fail_status);
	for (uint64_t i = at / d->shape.erase_unit; i * d->shape.erase_unit < at + size; i++)
		if (d->bad[i] & BAD_PROGRAM)
			return fail_partly(d, op, (uint32_t)(device_random(&d->random) % size),
			                   TAIL_PARTIAL, BKO_E_IO);
	settle(d, op);
	return BKO_OK;
}

static int32_t device_erase(void *host, uint64_t at)
{
	struct device *d = host;
	uint32_t index = (uint32_t)(at / d->shape.erase_unit);
	struct device_op *op;
	if (d->dead)
		return BKO_E_IO;
	if (d->shape.kind != DEVICE_FLASH)
		breach(d, "erase of a medium that overwrites", at, 0);
	if (at % d->shape.erase_unit)
		breach(d, "erase of a part of a unit", at, 0);
	if (!inside(d, "erase beyond the end", at, d->shape.erase_unit))
		return BKO_E_IO;
	op = op_new(DEVICE_ERASE, at, NULL, 0);
	d->erases++;
	if (planned_cut(d, op)) {
		op_drop(op);
		return BKO_E_IO;
	}
	if (planned_failure(d, DEVICE_ERASE))
		return fail_partly(d, op, d->plan.fail_bytes, d->plan.loss.tail,
		                   d->plan.fail_status);
	if (d->bad[index] & BAD_ERASE)
		return fail_partly(d, op,
		                   (uint32_t)(device_random(&d->random) % d->shape.erase_unit),
		                   TAIL_PARTIAL, BKO_E_IO);
	settle(d, op);
	if (d->plan.worn_after && d->unit[index]->wear >= d->plan.worn_after)
		d->bad[index] |= (uint8_t)d->plan.worn_kind;
	return BKO_OK;
}

/* A sync that fails: the system takes its changes for written, they read as they
 * did, and some of them will never be there. */
static void forget(struct device *d)
{
	for (uint32_t i = 0; i < d->pending_count; i++) {
		if (device_random(&d->random) % 2)
			device_settle(d, d->base, &d->base_units, d->pending[i]);
		op_drop(d->pending[i]);
	}
	d->pending_count = 0;
	d->sync_failed = d->forgot = 1;
}

static int32_t device_sync(void *host)
{
	struct device *d = host;
	struct device_op op = {1, DEVICE_SYNC, 0, 0};
	if (d->dead)
		return BKO_E_IO;
	d->syncs++;
	if (d->sync_failed)
		breach(d, "sync after one that failed", d->syncs, 0);
	if (planned_cut(d, &op))
		return BKO_E_IO;
	if (planned_failure(d, DEVICE_SYNC)) {
		forget(d);
		return d->plan.fail_status;
	}
	if (!d->forgot) {
		base_follow(d);
		return BKO_OK;
	}
	for (uint32_t i = 0; i < d->pending_count; i++) {
		device_settle(d, d->base, &d->base_units, d->pending[i]);
		op_drop(d->pending[i]);
	}
	d->pending_count = 0;
	return BKO_OK;
}

static int32_t device_resize(void *host, uint64_t want, uint64_t *size)
{
	struct device *d = host;
	struct device_op *op;
	uint64_t units = want / d->shape.erase_unit + (want % d->shape.erase_unit != 0);
	*size = device_size(d);
	if (d->dead)
		return BKO_E_IO;
	if (want <= *size)
		return BKO_OK;
	if (units > d->shape.most)
		return BKO_E_FULL;
	op = op_new(DEVICE_GROW, units, NULL, 0);
	d->grows++;
	if (planned_cut(d, op)) {
		op_drop(op);
		return BKO_E_IO;
	}
	if (planned_failure(d, DEVICE_GROW)) {
		op_drop(op);
		return d->plan.fail_status;
	}
	settle(d, op);
	*size = device_size(d);
	return BKO_OK;
}

void device_medium(struct device *d, struct bko_medium *medium)
{
	memset(medium, 0, sizeof *medium);
	medium->struct_size = sizeof *medium;
	medium->flags = d->shape.kind == DEVICE_FILE ? BKO_MEDIUM_OVERWRITES : 0;
	medium->program_unit = d->shape.program_unit;
	medium->erase_unit = d->shape.erase_unit;
	medium->erased = d->shape.kind == DEVICE_FILE ? 0 : d->shape.erased;
	medium->host = d;
	medium->read = device_read;
	medium->program = device_program;
	medium->erase = d->shape.kind == DEVICE_FILE ? NULL : device_erase;
	medium->sync = d->shape.flags & DEVICE_DURABLE ? NULL : device_sync;
	medium->size = device_resize;
}

/* ---- Its life ---------------------------------------------------------------------------- */

void device_open(struct device *d, const struct device_shape *shape, uint64_t seed)
{
	memset(d, 0, sizeof *d);
	d->shape = *shape;
	d->random = seed;
	if (shape->most > DEVICE_UNITS || shape->units > shape->most)
		abort();
	d->units = shape->units;
	/* What a file will grow into lies there already. */
	for (uint32_t i = 0; i < shape->most; i++)
		d->unit[i] = unit_fresh(d);
	base_follow(d);
}

void device_close(struct device *d)
{
	for (uint32_t i = 0; i < d->pending_count; i++)
		op_drop(d->pending[i]);
	for (uint32_t i = 0; i < DEVICE_UNITS; i++) {
		device_drop(d->unit[i]);
		device_drop(d->base[i]);
	}
	memset(d, 0, sizeof *d);
}

void device_copy(struct device *to, const struct device *from)
{
	memset(to, 0, sizeof *to);
	to->shape = from->shape;
	to->units = from->units;
	to->base_units = from->base_units;
	to->random = from->random;
	to->dead = from->dead;
	to->sync_failed = from->sync_failed;
	to->forgot = from->forgot;
	memcpy(to->bad, from->bad, sizeof to->bad);
	for (uint32_t i = 0; i < from->shape.most; i++) {
		to->unit[i] = from->unit[i];
		to->unit[i]->refs++;
		to->base[i] = from->base[i];
		if (to->base[i])
			to->base[i]->refs++;
	}
	to->pending_count = from->pending_count;
	for (uint32_t i = 0; i < from->pending_count; i++) {
		to->pending[i] = from->pending[i];
		to->pending[i]->refs++;
	}
}

void device_restart(struct device *d)
{
	memset(&d->plan, 0, sizeof d->plan);
	d->changes = d->fail_calls = d->failed = 0;
	d->reads = d->programs = d->erases = d->syncs = d->grows = d->bytes = 0;
	d->dead = d->sync_failed = 0;
}

void device_reopen(struct device *d)
{
	d->sync_failed = 0;
}

uint64_t device_size(const struct device *d)
{
	return (uint64_t)d->units * d->shape.erase_unit;
}

void device_peek(const struct device *d, uint64_t at, void *data, size_t size)
{
	uint8_t *to = data;
	for (size_t i = 0; i < size; i++, at++)
		to[i] = d->unit[at / d->shape.erase_unit]->bytes[at % d->shape.erase_unit];
}

void device_poke(struct device *d, uint64_t at, const void *data, size_t size)
{
	const uint8_t *from = data;
	for (size_t i = 0; i < size; i++, at++)
		device_own(d, d->unit, (uint32_t)(at / d->shape.erase_unit))
			->bytes[at % d->shape.erase_unit] = from[i];
	base_follow(d);
}

uint32_t device_wear(const struct device *d)
{
	uint32_t most = 0;
	for (uint32_t i = 0; i < d->units; i++)
		most = d->unit[i]->wear > most ? d->unit[i]->wear : most;
	return most;
}
