/*
 * What a loss of power may leave of a log, and whether it does: a story is played
 * on a device, and at each change of it the power fails in every way that is asked
 * for, on a copy.
 *
 * Of a log that played a story to some point, whatever is left of it must open, with
 * the state after some whole number of batches: no fewer than were durable, no more
 * than were begun (D1, D2). What it goes on with is there at the next open, and what
 * it did not find never comes back (D3, D6).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_POWER_CRASH_H
#define TESTS_POWER_CRASH_H

#include "backorder/log.h"

#include "device.h"
#include "story.h"

/* A log on a device. */
struct box {
	bko_log *log;
	struct bko_store store;
};

enum { BOX_ARENA = 1 << 18 };

int32_t box_open(struct box *box, struct device *device, const struct bko_log_options *options,
                 struct bko_log_damage *damage);
int32_t box_close(struct box *box);
uint64_t box_hash(struct box *box);
uint64_t box_number(struct box *box);

/* What a run counts. */
struct crash_counts {
	uint64_t cuts, nested, subsets, opens, stories;
	uint64_t changes, erases, grows, compactions; /* of stories, cut in turn */
};

struct trial {
	const char *name;
	struct story *story;
	struct device_shape shape;
	struct bko_log_options log;
	uint64_t seed;
	uint32_t step_every; /* batches between steps of compaction; 0: never asked */
	uint32_t reopen_every;
	uint32_t stride; /* of the cuts, every so many */

	/* What is tried at each change. */
	int32_t (*at_change)(struct trial *trial, const struct device *device,
	                     const struct device_op *op);
	struct crash_counts *counts;

	/* Where the story stands. */
	struct device device;
	struct box box;
	uint32_t begun, done;              /* batches handed over, and acknowledged */
	uint32_t safe;                     /* of them, durable */
	uint64_t revisions[STORY_BATCHES]; /* that it answered */
	int32_t other; /* the state of so many batches and the other one is right, too; -1: not */
	uint64_t turn;
	int failed;
};

/* Plays the whole story, then checks it like what a cut leaves. 1: it failed, and
 * was told. */
int trial_play(struct trial *trial);

/* What is left after a loss: opens it, goes on with it, opens it again. `op` and `loss`
 * are for the message. The device is closed. */
int trial_check(struct trial *trial, struct device *left, const struct device_op *op,
                const struct device_loss *loss);

/* The power fails in `op`; one way, and all of them: each byte, each tail. */
int trial_cut(struct trial *trial, const struct device *device, const struct device_op *op,
              const struct device_loss *loss);
int32_t trial_cut_all(struct trial *trial, const struct device *device, const struct device_op *op);

int trial_fault(struct trial *trial, const char *what, const struct device_op *op,
                const struct device_loss *loss);

/* The shapes that stories are played on; NULL behind the last. */
struct trial_shape {
	const char *name;
	struct device_shape device;
	uint32_t segment_size;
};
const struct trial_shape *trial_shape(uint32_t n);

#endif
