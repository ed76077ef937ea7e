#include "crash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A log on a device ------------------------------------------------------------------ */

int32_t box_open(struct box *box, struct device *device, const struct bko_log_options *options,
                 struct bko_log_damage *damage)
{
	struct bko_log_options own = *options;
	struct bko_medium medium;
	int32_t status;
	own.struct_size = sizeof own;
	if (damage) {
		memset(damage, 0, sizeof *damage);
		damage->struct_size = sizeof *damage;
		own.damage = damage;
	}
	memset(box, 0, sizeof *box);
	device_reopen(device);
	device_medium(device, &medium);
	status = bko_log_open(&own, &medium, &box->log);
	if (status != BKO_OK)
		return status;
	box->store.struct_size = sizeof box->store;
	return bko_log_store(box->log, &box->store);
}

int32_t box_close(struct box *box)
{
	int32_t status = bko_log_close(box->log);
	box->log = NULL;
	return status;
}

uint64_t box_hash(struct box *box)
{
	uint64_t hash = 0;
	return bko_log_hash(box->log, &hash) == BKO_OK ? hash : 0;
}

uint64_t box_number(struct box *box)
{
	struct bko_log_stats stats = {.struct_size = sizeof stats};
	return bko_log_stats(box->log, &stats) == BKO_OK ? stats.number : UINT64_MAX;
}

/* ---- What a cut leaves ------------------------------------------------------------------- */

static const char *const kinds[] = {"old", "zero", "ones", "random", "partial", "duplicate"};
static const char *const keeps[] = {"all", "none", "mask", "random"};

static const char *kind_name(const struct device_op *op)
{
	if (!op)
		return "no change";
	return op->kind == DEVICE_PROGRAM ? "program"
	       : op->kind == DEVICE_ERASE ? "erase"
	       : op->kind == DEVICE_SYNC  ? "sync"
	                                  : "grow";
}

int trial_fault(struct trial *t, const char *what, const struct device_op *op,
                const struct device_loss *loss)
{
	t->failed = 1;
	printf("%s, seed %llu, batch %u (durable %u): %s\n", t->name, (unsigned long long)t->seed,
	       t->begun, t->safe, what);
	printf("  change %llu is a %s at %llu of %u bytes", (unsigned long long)t->device.changes,
	       kind_name(op), op ? (unsigned long long)op->at : 0, op ? op->size : 0);
	if (loss)
		printf("; %u bytes came through, tail %s, kept %s mask %llx, seed %llu", loss->byte,
		       kinds[loss->tail], keeps[loss->keep], (unsigned long long)loss->mask,
		       (unsigned long long)loss->seed);
	printf("\n");
	return 1;
}

struct finding {
	char what[256];
};

static int open_left(struct trial *t, struct device *left, struct box *box, struct finding *f)
{
	struct bko_log_options options = t->log;
	struct bko_log_damage damage;
	int32_t status;
	options.flags = 0;
	t->counts->opens++;
	status = box_open(box, left, &options, &damage);
	if (status != BKO_OK)
		snprintf(f->what, sizeof f->what,
		         "it does not open: %s, damage %u at %llu of %llu bytes; %s",
		         bko_status_name(status), damage.kind, (unsigned long long)damage.at,
		         (unsigned long long)damage.size, left->breach);
	else if (left->breach[0])
		snprintf(f->what, sizeof f->what, "opening breaks the contract: %s", left->breach);
	else
		return 0;
	return 1;
}

/* The other batch on top: a state that no story has, under a number that none had. */
static int go_on(struct trial *t, struct box *box, int32_t n, struct finding *f)
{
	uint64_t revision = 0;
	int32_t answer = answer_apply(&box->store, story_other(), &revision);
	if (answer != BKO_REPLY_DONE) {
		snprintf(f->what, sizeof f->what, "it takes no batch: %d", answer);
		return 1;
	}
	if (box_hash(box) != t->story->others[n]) {
		snprintf(f->what, sizeof f->what, "it is not what it was with a batch more");
		return 1;
	}
	for (uint32_t i = 0; i < t->done; i++)
		if (t->revisions[i] == revision) {
			snprintf(f->what, sizeof f->what, "the revision of batch %u is given again",
			         i);
			return 1;
		}
	return 0;
}

/* Where in the story it is; -1: nowhere where it may be. */
static int32_t place_of(struct trial *t, uint64_t hash, struct finding *f)
{
	const struct story *s = t->story;
	int32_t n = t->begun < t->safe ? -1 : story_find(s, hash, t->safe, t->begun);
	if (n < 0 && t->other >= 0 && hash == s->others[t->other])
		n = t->other;
	if (n < 0)
		snprintf(f->what, sizeof f->what, "the state is that of batch %d of %u",
		         story_find(s, hash, 0, s->count), s->count);
	return n;
}

/* Opens it, finds out where in the story it is, goes on another way, opens it again. */
static int find_left(struct trial *t, struct device *left, struct finding *f)
{
	struct box box;
	int32_t n, status = BKO_OK;
	if (open_left(t, left, &box, f))
		return 1;
	n = place_of(t, box_hash(&box), f);
	if (n >= 0 && go_on(t, &box, n, f))
		n = -1;
	if (++t->turn % 2) {
		status = box_close(&box);
	} else { /* half of them end without a word, what is not synced is lost */
		const struct device_loss none = {.keep = KEEP_NONE, .seed = t->turn};
		struct bko_log_stats stats = {.struct_size = sizeof stats};
		if (t->log.sync != BKO_LOG_SYNC_EACH && bko_log_stats(box.log, &stats) == BKO_OK &&
		    stats.durable < stats.number)
			answer_sync(&box.store);
		left->dead = 1;
		box_close(&box);
		left->dead = 0;
		device_lose(left, NULL, &none);
	}
	if (n < 0)
		return 1;
	if (status != BKO_OK) {
		snprintf(f->what, sizeof f->what, "it does not close: %s", bko_status_name(status));
		return 1;
	}
	if (open_left(t, left, &box, f))
		return 1;
	if (box_hash(&box) != t->story->others[n]) {
		snprintf(f->what, sizeof f->what,
		         "opened at batch %d and gone on, it is another state at the next open", n);
		n = -1;
	}
	left->dead = 1; /* its end tells nothing */
	box_close(&box);
	return n < 0;
}

int trial_check(struct trial *t, struct device *left, const struct device_op *op,
                const struct device_loss *loss)
{
	struct finding f;
	int failed = find_left(t, left, &f);
	device_close(left);
	return failed ? trial_fault(t, f.what, op, loss) : 0;
}

int trial_cut(struct trial *t, const struct device *device, const struct device_op *op,
              const struct device_loss *loss)
{
	struct device left;
	t->counts->cuts++;
	device_copy(&left, device);
	device_lose(&left, op, loss);
	return trial_check(t, &left, op, loss);
}

/* Each byte with each tail; where all came through there is no tail. */
static int cut_bytes(struct trial *t, const struct device *device, const struct device_op *op,
                     struct device_loss *loss, uint32_t size, uint32_t by)
{
	for (loss->byte = 0; loss->byte < size; loss->byte += by)
		for (loss->tail = 0; loss->tail < TAILS; loss->tail++) {
			loss->seed++;
			if (t->stride > 1 && loss->seed % t->stride)
				continue;
			if (trial_cut(t, device, op, loss))
				return 1;
		}
	loss->byte = size;
	loss->tail = TAIL_OLD;
	return trial_cut(t, device, op, loss);
}

int32_t trial_cut_all(struct trial *t, const struct device *device, const struct device_op *op)
{
	struct device_loss loss = {.keep = KEEP_ALL, .seed = t->seed << 32 | device->changes << 20};
	uint32_t size = op->kind == DEVICE_PROGRAM ? op->size
	                : op->kind == DEVICE_ERASE ? device->shape.erase_unit
	                : op->kind == DEVICE_GROW  ? 1
	                                           : 0;
	if (device->pending_count) { /* what waits for the sync is lost, or in parts */
		loss.keep = KEEP_NONE;
		if (trial_cut(t, device, op, &loss))
			return 1;
		loss.keep = KEEP_RANDOM;
		for (uint32_t i = 0; i < TAILS; i++) {
			loss.seed++;
			if (trial_cut(t, device, op, &loss))
				return 1;
		}
		loss.keep = KEEP_ALL;
	}
	return cut_bytes(t, device, op, &loss, size,
	                 op->kind == DEVICE_ERASE ? device->shape.erase_unit / 4 : 1);
}

/* ---- A story ---------------------------------------------------------------------------- */

static void before_change(void *host, const struct device *device, const struct device_op *op)
{
	struct trial *t = host;
	t->counts->changes++;
	t->counts->erases += op->kind == DEVICE_ERASE;
	t->counts->grows += op->kind == DEVICE_GROW;
	if (!t->failed && t->at_change)
		t->at_change(t, device, op);
}

/* What the log says is durable. */
static void look_safe(struct trial *t)
{
	struct bko_log_stats stats = {.struct_size = sizeof stats};
	if (t->log.sync == BKO_LOG_SYNC_EACH)
		t->safe = t->done;
	else if (bko_log_stats(t->box.log, &stats) == BKO_OK)
		t->safe = (uint32_t)stats.durable;
}

static int open_again(struct trial *t)
{
	struct bko_log_options options = t->log;
	if (box_close(&t->box) != BKO_OK)
		return trial_fault(t, "it does not close", NULL, NULL);
	t->safe = t->done;
	options.flags = 0;
	if (box_open(&t->box, &t->device, &options, NULL) != BKO_OK)
		return trial_fault(t, "it does not open again", NULL, NULL);
	if (box_hash(&t->box) != t->story->hashes[t->done])
		return trial_fault(t, "closed and opened, it is another state", NULL, NULL);
	return 0;
}

static int step(struct trial *t)
{
	int64_t now_ms = 1000 * (int64_t)t->done;
	int32_t status = BKO_OK;
	if (t->step_every && t->done % t->step_every == 0)
		status = bko_log_compact(t->box.log);
	if (status == BKO_OK && t->step_every)
		status = bko_log_step(t->box.log, now_ms, 1, NULL);
	if (status != BKO_OK)
		return trial_fault(t, "a step fails", NULL, NULL);
	look_safe(t);
	if (box_hash(&t->box) != t->story->hashes[t->done])
		return trial_fault(t, "a step changed the state", NULL, NULL);
	if (t->reopen_every && t->done % t->reopen_every == 0)
		return open_again(t);
	return 0;
}

static int play_batches(struct trial *t)
{
	for (uint32_t n = 0; n < t->story->count && !t->failed; n++) {
		struct bko_batch batch = story_batch(t->story, n);
		int32_t answer;
		t->begun = n + 1;
		answer = answer_apply(&t->box.store, &batch, &t->revisions[n]);
		if (t->failed)
			break;
		if (answer != BKO_REPLY_DONE)
			return trial_fault(t, "a batch is not taken", NULL, NULL);
		t->done = n + 1;
		look_safe(t);
		if (box_number(&t->box) != t->done)
			return trial_fault(t, "it counts its batches otherwise", NULL, NULL);
		if (step(t))
			return 1;
	}
	return t->failed;
}

int trial_play(struct trial *t)
{
	struct bko_log_options options = t->log;
	struct bko_log_stats stats = {.struct_size = sizeof stats};
	int failed;
	device_open(&t->device, &t->shape, t->seed);
	t->device.before = before_change;
	t->device.before_host = t;
	t->begun = t->done = t->safe = 0;
	t->other = -1;
	options.flags = BKO_LOG_FORMAT;
	/* before there is a log nothing can be opened */
	t->failed = 1;
	failed = box_open(&t->box, &t->device, &options, NULL) != BKO_OK;
	t->failed = 0;
	if (failed)
		return trial_fault(t, "no log can be made", NULL, NULL);
	failed = play_batches(t);
	bko_log_stats(t->box.log, &stats);
	t->counts->compactions += stats.compactions;
	if (box_close(&t->box) != BKO_OK && !failed)
		failed = trial_fault(t, "it does not close", NULL, NULL);
	if (!failed && t->device.breach[0])
		failed = trial_fault(t, t->device.breach, NULL, NULL);
	t->counts->stories++;
	t->safe = t->done;
	t->device.before = NULL;
	if (!failed)
		return trial_check(t, &t->device, NULL, NULL);
	device_close(&t->device);
	return 1;
}

/* ---- Shapes ------------------------------------------------------------------------------ */

const struct trial_shape *trial_shape(uint32_t n)
{
	static const struct trial_shape shapes[] = {
		{"file", {DEVICE_FILE, 0, 1, 512, 0, 6, 32}, 512},
		{"file of blocks", {DEVICE_FILE, 0, 16, 1024, 0, 16, 16}, 1024},
		{"battery-backed RAM", {DEVICE_FILE, DEVICE_DURABLE, 1, 512, 0, 32, 32}, 512},
		{"flash of bytes", {DEVICE_FLASH, DEVICE_DURABLE, 1, 1024, 0xff, 16, 16}, 1024},
		{"flash of words", {DEVICE_FLASH, DEVICE_DURABLE, 4, 512, 0xff, 32, 32}, 512},
		{"flash of zeros", {DEVICE_FLASH, DEVICE_DURABLE, 8, 1024, 0, 16, 16}, 1024},
		{"flash with ECC",
	         {DEVICE_FLASH, DEVICE_DURABLE | DEVICE_ECC, 16, 1024, 0xff, 16, 16},
	         1024},
		{"flash of pages", {DEVICE_FLASH, DEVICE_DURABLE, 256, 2048, 0xff, 16, 16}, 2048},
		{"flash behind a cache", {DEVICE_FLASH, 0, 4, 1024, 0xff, 16, 16}, 1024},
	};
	return n < sizeof shapes / sizeof *shapes ? &shapes[n] : NULL;
}
