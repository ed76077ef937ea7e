/*
 * One emulator for everything that a log may be kept on, with all that may happen
 * to it: power that fails in the middle of a change, changes lost, kept and
 * reordered, cells that read differently twice, bad blocks, calls that fail.
 * Everything random comes from a seed.
 *
 * Two kinds. A file is overwritten anywhere and grows. A flash chip is erased in
 * units and programmed in smaller ones, once after each erase; its bits only turn
 * away from their erased value. Units are shared between copies until one changes,
 * so that a copy for each way a cut may end is cheap.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_POWER_DEVICE_H
#define TESTS_POWER_DEVICE_H

#include "backorder/medium.h"

enum {
	DEVICE_UNITS = 256, /* most erase units of one */
	DEVICE_PENDING =
		64, /* changes that wait for a sync; older ones are written by themselves */
	DEVICE_TEXT = 120
};

enum { DEVICE_FILE = 1, DEVICE_FLASH = 2 };

/* Bits of device_shape.flags. */
enum {
	DEVICE_DURABLE = 1, /* each change is durable by itself: there is no sync */
	DEVICE_ECC = 2,     /* what was cut short in the middle of a program unit can not be read */
	DEVICE_AGAIN = 4    /* flash: programming a unit twice is no breach */
};

struct device_shape {
	uint32_t kind, flags;
	uint32_t program_unit, erase_unit;
	uint32_t erased;      /* 0xff or 0; of a file: ignored */
	uint32_t units, most; /* erase units at first, and that it can grow to */
};

/* What is done to a device. */
enum {
	DEVICE_READ = 1,
	DEVICE_PROGRAM = 2,
	DEVICE_ERASE = 4,
	DEVICE_SYNC = 8,
	DEVICE_GROW = 16,
	DEVICE_CHANGES = DEVICE_PROGRAM | DEVICE_ERASE | DEVICE_SYNC | DEVICE_GROW
};

struct device_op {
	uint32_t refs, kind;
	uint64_t at;   /* byte; of a grow: how many units there are then */
	uint32_t size; /* bytes of data */
	uint8_t data[];
};

/* What lies behind the last byte that came through. */
enum {
	TAIL_OLD,       /* what was there before */
	TAIL_ZERO,      /* zeros */
	TAIL_ONES,      /* ones; on flash: cells that can not decide what they are */
	TAIL_RANDOM,    /* anything */
	TAIL_PARTIAL,   /* old and new bytes (flash: bits) mixed */
	TAIL_DUPLICATE, /* once more what was written before it */
	TAILS
};

/* Which of the changes that wait for a sync a loss of power leaves. */
enum {
	KEEP_ALL,   /* as if they had been synced */
	KEEP_NONE,  /* none */
	KEEP_MASK,  /* those of the mask, bit 0 is the oldest */
	KEEP_RANDOM /* each is lost, whole or torn */
};

struct device_loss {
	uint32_t keep;
	uint32_t byte, tail; /* of the change that is cut: bytes that came through, what follows */
	uint32_t reserved;
	uint64_t mask, seed;
};

/* How a bad unit behaves. */
enum {
	BAD_PROGRAM = 1,        /* programs fail */
	BAD_ERASE = 2,          /* erases fail */
	BAD_READ = 4,           /* reads fail */
	BAD_PROGRAM_SILENT = 8, /* programs do nothing and say that they did */
	BAD_ERASE_SILENT = 16   /* erases, the same */
};

/* What goes wrong, and when. */
struct device_plan {
	uint64_t cut_at; /* change, counted from 1, in which the power fails; 0: none. From then
	                  * on all calls fail until device_restart */
	struct device_loss loss;
	uint64_t fail_at;    /* call of the kinds below, counted from 1, that fails; 0: none */
	uint32_t fail_kinds; /* DEVICE_ bits */
	uint32_t fail_bytes; /* bytes that a program that fails changes all the same */
	int32_t fail_status; /* BKO_E_ */
	uint32_t for_ever;   /* all later ones fail as well */
	uint32_t worn_after; /* erases that a unit survives; 0: any number */
	uint32_t worn_kind;  /* BAD_ bits that it has then */
};

struct device_unit {
	uint32_t refs, wear;
	uint32_t loose;   /* there are bits that read differently each time */
	uint32_t damaged; /* there are program units that ECC can not mend */
	uint8_t *bits;    /* mask of the loose ones */
	uint8_t *state;   /* of each program unit */
	uint8_t bytes[];
};

struct device {
	struct device_shape shape;
	uint32_t units, base_units, pending_count;
	uint32_t dead;        /* the power is off */
	uint32_t sync_failed; /* and no new opening since */
	uint32_t forgot;      /* so changes read as if they were there that a cut takes away */
	struct device_unit *unit[DEVICE_UNITS]; /* as they read now */
	struct device_unit *base[DEVICE_UNITS]; /* as the last sync left them */
	struct device_op *pending[DEVICE_PENDING];
	uint8_t bad[DEVICE_UNITS];
	struct device_plan plan;
	uint64_t random; /* state of the generator */
	uint64_t changes, fail_calls, failed;
	uint64_t reads, programs, erases, syncs, grows, bytes;
	char breach[DEVICE_TEXT]; /* how the store first broke the contract; empty: it did not */

	/* Called before a change takes effect: a copy of the device, given the
	 * change and a loss, is what a cut in it leaves. */
	void (*before)(void *host, const struct device *device, const struct device_op *op);
	void *before_host;
};

uint64_t device_random(uint64_t *state);

/* A device as it comes: a flash chip is erased, a file holds anything. */
void device_open(struct device *device, const struct device_shape *shape, uint64_t seed);
void device_close(struct device *device);

/* The copy has neither plan nor hook nor counts. */
void device_copy(struct device *to, const struct device *from);

/* The table by which a log uses it. */
void device_medium(struct device *device, struct bko_medium *medium);

/* The power fails in `op` (NULL: between changes) and comes back. */
void device_lose(struct device *device, const struct device_op *op, const struct device_loss *loss);

/* After a planned cut: the power comes back. Counts and plan begin anew. */
void device_restart(struct device *device);

/* The process begins anew, the device was never without power. */
void device_reopen(struct device *device);

/* The bytes as they read now, loose bits and failures aside, and back. */
uint64_t device_size(const struct device *device);
void device_peek(const struct device *device, uint64_t at, void *data, size_t size);
void device_poke(struct device *device, uint64_t at, const void *data, size_t size);

/* Most erases that any one unit had. */
uint32_t device_wear(const struct device *device);

/* device_loss.c; for device.c: a part of a change takes effect on the units that
 * `unit` holds. */
void device_tear(struct device *device, struct device_unit **unit, const struct device_op *op,
                 uint32_t byte, uint32_t tail);
void device_settle(struct device *device, struct device_unit **unit, uint32_t *units,
                   const struct device_op *op);
struct device_unit *device_own(const struct device *device, struct device_unit **unit,
                               uint32_t index);
void device_drop(struct device_unit *unit);

/* States of a program unit. */
enum { CELL_ERASED = 0, CELL_PROGRAMMED = 1, CELL_DAMAGED = 2 };

#endif
