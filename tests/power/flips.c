/*
 * Every single bit of golden images, changed. What may come of it:
 *
 *   reported   the log does not open: CORRUPT or FORMAT
 *   harmless   the state is what it was
 *   cut off    the last batch alone is missing, of a log that ended without a close:
 *              nothing behind it says that it was ever whole
 *
 * Anything else is wrong: a state that no number of batches has, or one too old. An
 * image that was closed says so itself, and then nothing is ever cut off. A log that
 * opens goes on, and one that does not is opened to salvage, which ends and tells at
 * least one damage.
 *
 *   power_flips                the tier's bits
 *   power_flips --bit N        one bit of every image
 *
 * SPDX-License-Identifier: MIT
 */
#include "crash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 16384 };

struct image {
	const char *name;
	uint32_t shape;   /* of trial_shape */
	uint32_t batches; /* random ones; 0: those of an engine */
	uint32_t compact; /* after so many batches; 0: never */
	uint32_t steps;   /* of compaction after each batch from then on */
	uint32_t closed;  /* else it ends without a word */
	uint32_t sync;
};

static struct story story;
static struct trial trial;
static struct crash_counts counts;
static uint64_t flips, reported, harmless, cut_off, salvaged;

static int fault(const struct image *image, uint64_t bit, const char *what, int64_t value)
{
	printf("%s: bit %llu (of byte %llu): %s (%lld)\n", image->name, (unsigned long long)bit,
	       (unsigned long long)bit / 8, what, (long long)value);
	return 1;
}

/* Writes the log of a story, to its end. */
static int make(const struct image *image, struct device *device)
{
	const struct story_kind kind = {image->batches, 26, 3, 40, 25};
	const struct trial_shape *shape = trial_shape(image->shape);
	struct bko_log_options options = {.struct_size = sizeof options,
	                                  .flags = BKO_LOG_FORMAT,
	                                  .sync = image->sync,
	                                  .segment_size = 1024};
	struct box box;
	int failed = story_open(&story);
	if (image->batches)
		story_random(&story, &kind, 77);
	else
		failed = failed || story_engine(&story, 10);
	device_open(device, &shape->device, 77);
	failed = failed || box_open(&box, device, &options, NULL) != BKO_OK;
	for (uint32_t n = 0; n < story.count && !failed; n++) {
		struct bko_batch batch = story_batch(&story, n);
		failed = answer_apply(&box.store, &batch, NULL) != BKO_REPLY_DONE;
		if (n + 1 == image->compact)
			bko_log_compact(box.log);
		if (image->compact && n + 1 >= image->compact)
			bko_log_step(box.log, 0, image->steps, NULL);
	}
	if (failed)
		return 1;
	if (!image->closed) {
		if (image->sync != BKO_LOG_SYNC_EACH)
			answer_sync(&box.store);
		device->dead = 1;
	}
	box_close(&box);
	device_restart(device);
	return 0;
}

static int salvage(const struct image *image, struct device *device, uint64_t bit)
{
	struct bko_log_options options = {.struct_size = sizeof options, .flags = BKO_LOG_SALVAGE};
	struct bko_log_damage damage = {.struct_size = sizeof damage};
	struct box box;
	int32_t status = box_open(&box, device, &options, NULL);
	counts.opens++;
	if (status == BKO_E_FORMAT || status == BKO_E_CORRUPT)
		return 0; /* not even what is whole can be told */
	if (status != BKO_OK)
		return fault(image, bit, "salvage fails", status);
	salvaged++;
	status = bko_log_damage(box.log, 0, &damage);
	box_hash(&box);
	box_close(&box);
	if (status != BKO_OK)
		return fault(image, bit, "salvage finds no damage", status);
	return damage.at + damage.size <= device_size(device) && damage.kind
	               ? 0
	               : fault(image, bit, "salvage tells a damage that can not be", damage.kind);
}

/* Opens an image with one bit changed. */
static int flip(const struct image *image, const struct device *whole, uint64_t bit)
{
	struct bko_log_options options = trial.log;
	struct bko_log_damage damage;
	struct device device;
	struct box box;
	int32_t status, n;
	uint8_t byte;
	int failed = 0;
	flips++;
	device_copy(&device, whole);
	device_peek(&device, bit / 8, &byte, 1);
	byte ^= (uint8_t)(1u << bit % 8);
	device_poke(&device, bit / 8, &byte, 1);
	options.flags = BKO_LOG_READ_ONLY;
	counts.opens++;
	status = box_open(&box, &device, &options, &damage);
	if (status == BKO_OK) {
		n = story_find(&story, box_hash(&box), 0, story.count);
		box_close(&box);
		harmless += n == (int32_t)story.count;
		cut_off += n == (int32_t)story.count - 1;
		if (n < (int32_t)story.count - (image->closed ? 0 : 1))
			failed = fault(image, bit, "a wrong state, that of batch", n);
		/* for writing it opens as well, and is the same */
		trial.safe = trial.begun = (uint32_t)n;
		failed = failed || trial_check(&trial, &device, NULL, NULL);
		return failed ? fault(image, bit, "it does not go on", n) : 0;
	}
	if (status != BKO_E_CORRUPT && status != BKO_E_FORMAT)
		failed = fault(image, bit, bko_status_name(status), status);
	else if (status == BKO_E_CORRUPT && (!damage.kind || damage.at >= device_size(&device) ||
	                                     (!damage.size && damage.segment != UINT32_MAX)))
		failed = fault(image, bit, "it is not told where", damage.kind);
	reported++;
	failed = failed || salvage(image, &device, bit);
	device_close(&device);
	return failed;
}

static int flip_all(const struct image *image, uint64_t from, uint64_t by)
{
	struct device whole;
	uint64_t before[4] = {flips, reported, harmless, cut_off}, size;
	int failed = make(image, &whole);
	if (failed)
		return fault(image, 0, "the image can not be made", 0);
	size = device_size(&whole);
	memset(&trial, 0, sizeof trial);
	trial.name = image->name;
	trial.story = &story;
	trial.shape = whole.shape;
	trial.log.sync = image->sync;
	trial.other = -1;
	trial.counts = &counts;
	if (size > SIZE)
		return fault(image, 0, "the image is too large", (int64_t)size);
	for (uint64_t bit = from; bit < 8 * size && !failed; bit += by)
		failed = flip(image, &whole, bit);
	printf("%-32s %6llu bytes, %6llu bits: %6llu reported, %6llu harmless, %5llu cut off\n",
	       image->name, (unsigned long long)size, (unsigned long long)(flips - before[0]),
	       (unsigned long long)(reported - before[1]),
	       (unsigned long long)(harmless - before[2]),
	       (unsigned long long)(cut_off - before[3]));
	device_close(&whole);
	story_close(&story);
	return failed;
}

int main(int argc, char **argv)
{
	static const struct image images[] = {
		{"engine, file, closed", 1, 0, 0, 0, 1, BKO_LOG_SYNC_EACH},
		{"engine, flash, cut off", 4, 0, 0, 0, 0, BKO_LOG_SYNC_EACH},
		{"random, file, compacting", 0, 40, 20, 1, 0, BKO_LOG_SYNC_GROUPED},
		{"random, flash, compacted", 3, 60, 30, 9, 1, BKO_LOG_SYNC_RELAXED},
	};
	const char *tier = getenv("BKO_TIER");
	uint64_t from = 0, by = tier && strcmp(tier, "quick") == 0 ? 101 : 1;
	if (argc > 2 && strcmp(argv[1], "--bit") == 0) {
		from = strtoull(argv[2], NULL, 10);
		by = UINT64_MAX / 2;
	}
	for (uint32_t i = 0; i < 4; i++)
		if (flip_all(&images[i], from, by))
			return 1;
	if (by == 1 && (!reported || !harmless || !cut_off)) {
		printf("nothing was reported, harmless or cut off\n");
		return 1;
	}
	printf("evidence: bits flipped in golden images %llu\n", (unsigned long long)flips);
	printf("evidence: flips reported %llu\n", (unsigned long long)reported);
	printf("evidence: flips salvaged from %llu\n", (unsigned long long)salvaged);
	return 0;
}
