/*
 * many.c - several handles on the same rows: in turn, one in the middle of a
 * read of the other, and in parallel.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

enum { MOMENTS = 12, WORKERS = 4, ROUNDS = 60, TRIES = 20000, VALUE = 24 };

static void in_turn(struct kit *kit)
{
	uint32_t i;

	kit->asker.during = kit->other.during = "handles in turn";
	for (i = 0; i < 60; i++) {
		struct kit_asker *asker = i % 2 ? &kit->asker : &kit->other;
		struct bko_span key = kit_span("turns"), beside = kit_span("turns-beside");
		const struct kit_row *row = kit_model_get(&kit->model, &key);
		struct bko_span value = kit_span(i % 3 ? "short" : "somewhat longer");
		struct bko_entry entries[2];

		entries[0] =
			kit_entry(&key, &value, row != NULL ? BKO_GUARD_REVISION : BKO_GUARD_ABSENT,
		                  row != NULL ? row->revision : 0,
		                  i % 7 == 6 ? BKO_ACTION_DELETE : BKO_ACTION_PUT);
		entries[1] = kit_entry(&beside, &value, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);
		if (i % 5 == 4) {
			entries[0].guard = BKO_GUARD_REVISION;
			entries[0].revision = UINT64_MAX;
		}
		kit_commit(kit, asker, entries, 2);
	}
	kit_check_all(kit, &kit->asker, 100);
	kit_check_all(kit, &kit->other, 100);
}

/* ---- In the middle of a read --------------------------------------------------------- */

struct moment {
	struct kit *kit;
	char names[MOMENTS][VALUE], value[VALUE];
	struct bko_entry entries[MOMENTS];
	uint32_t generation, applied;
};

static void next_generation(struct moment *moment)
{
	struct bko_span value = {moment->value, 0};
	uint32_t i;

	moment->generation++;
	value.size = (size_t)snprintf(moment->value, VALUE, "%u", (unsigned)moment->generation);
	for (i = 0; i < MOMENTS; i++) {
		struct bko_span key = {moment->names[i], 0};

		key.size = (size_t)snprintf(moment->names[i], VALUE, "moment-%02u", (unsigned)i);
		moment->entries[i] = kit_entry(&key, &value, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);
	}
}

/* The first row of a read was given; before the second one, all of them change. */
static void change_all(void *host)
{
	struct moment *moment = host;

	next_generation(moment);
	moment->applied +=
		kit_ask_apply(&moment->kit->other, moment->entries, MOMENTS) == BKO_REPLY_DONE;
}

static void inside(struct kit *kit)
{
	struct moment *moment = kit_alloc(NULL, sizeof *moment);
	struct bko_span from = {"moment-", 7}, middle = {"moment-07", 9}, to = {"moment.", 7};
	struct bko_read reads[MOMENTS];
	uint32_t i, round;

	memset(moment, 0, sizeof *moment);
	moment->kit = kit;
	kit->asker.during = kit->other.during = "changes in the middle of a read";
	for (round = 0; round < 24; round++) {
		size_t count = round % 3 == 0 ? 1 : round % 3 == 1 ? 2 : MOMENTS;

		next_generation(moment);
		kit_commit(kit, &kit->other, moment->entries, MOMENTS);
		for (i = 0; i < MOMENTS; i++)
			reads[i] = kit_one(&moment->entries[MOMENTS - 1 - i].key);
		if (count < MOMENTS)
			reads[0] = kit_range(&from, count == 1 ? &to : &middle, 100);
		if (count == 2)
			reads[1] = kit_range(&middle, &to, 100);
		kit->asker.inside = change_all;
		kit->asker.inside_host = moment;
		kit_ask_read(&kit->asker, reads, count);
		kit->asker.inside = NULL;
		for (i = 1; i < kit->asker.count && kit->asker.status == BKO_REPLY_DONE; i++) {
			struct bko_span key = kit_row_key(kit->asker.given[i].row);
			struct bko_span value = kit_row_value(kit->asker.given[i].row);

			if (!kit_row_same(kit->asker.given[0].row, &value)) {
				kit_found(kit, KIT_TORN_READ, "rows of two moments", &key);
				break;
			}
		}
		if (kit->asker.status == BKO_REPLY_DONE && kit->asker.count != MOMENTS)
			kit_found(kit, KIT_MISSING_ROW, "rows of a moment", NULL);
		kit_adopt(kit);
	}
	kit->report->parallel += moment->applied;
	free(moment);
}

/* ---- In parallel ------------------------------------------------------------------------ */

struct worker {
	struct kit_asker asker;
	struct kit_report report;
	uint64_t revisions[ROUNDS];
	uint32_t number, done, told;
};

static uint32_t number_in(const struct kit_given *given)
{
	char text[VALUE] = "";

	if (given != NULL && given->row->value_size < sizeof text)
		memcpy(text, given->row->bytes + given->row->key_size, given->row->value_size);
	return (uint32_t)strtoul(text, NULL, 10);
}

/* Counts two rows up by one if they are as read, and leaves a row that says so. Returns
 * whether this was done, now or by an attempt before. */
static int count_up(struct worker *worker)
{
	char name[VALUE], value[VALUE];
	struct bko_span keys[3] = {{"many-a", 6}, {"many-b", 6}, {name, 0}}, its_value = {value, 0};
	const struct kit_given *given[3];
	struct bko_entry entries[3];
	struct bko_read reads[3];
	uint32_t i;
	int32_t status;

	keys[2].size = (size_t)snprintf(name, sizeof name, "many-op-%u-%u",
	                                (unsigned)worker->number, (unsigned)worker->done);
	for (i = 0; i < 3; i++)
		reads[i] = kit_one(&keys[i]);
	if (kit_ask_read(&worker->asker, reads, 3) != BKO_REPLY_DONE)
		return 0;
	for (i = 0; i < 3; i++)
		given[i] = kit_ask_row(&worker->asker, i);
	if (number_in(given[0]) != number_in(given[1]))
		kit_fault(&worker->report, KIT_TORN_READ,
		          "%s: rows that change together read as %u and %u", worker->asker.during,
		          (unsigned)number_in(given[0]), (unsigned)number_in(given[1]));
	if (given[2] != NULL)
		return 1;
	its_value.size =
		(size_t)snprintf(value, sizeof value, "%u", (unsigned)(number_in(given[0]) + 1));
	for (i = 0; i < 3; i++)
		entries[i] =
			kit_entry(&keys[i], &its_value,
		                  given[i] != NULL ? BKO_GUARD_REVISION : BKO_GUARD_ABSENT,
		                  given[i] != NULL ? given[i]->row->revision : 0, BKO_ACTION_PUT);
	status = kit_ask_apply(&worker->asker, entries, 3);
	if (status == BKO_REPLY_DONE)
		worker->revisions[worker->told++] = worker->asker.revision;
	return status == BKO_REPLY_DONE;
}

static void work(void *argument)
{
	struct worker *worker = argument;
	uint32_t tries = 0;

	while (worker->done < ROUNDS && tries++ < TRIES) {
		if (count_up(worker))
			worker->done++;
		else
			kit_ask_wait(&worker->asker, 1 + tries % 4);
	}
	if (worker->done < ROUNDS)
		kit_fault(&worker->report, KIT_REFUSED, "%s: after %u attempts, status %d",
		          worker->asker.during, (unsigned)tries, (int)worker->asker.status);
}

static void merge(struct kit_report *report, const struct kit_report *part)
{
	uint32_t i;

	for (i = 0; i < KIT_FAULTS; i++)
		if (part->findings[i].times > 0)
			kit_fault(report, i, "%s", part->findings[i].text);
	report->reads += part->reads;
	report->applies += part->applies;
	report->rows += part->rows;
}

static void add_up(struct kit *kit, struct worker *workers, uint32_t before)
{
	struct bko_span keys[2] = {{"many-a", 6}, {"many-b", 6}};
	uint32_t i, j, sum = before;

	for (i = 0; i < WORKERS; i++) {
		merge(kit->report, &workers[i].report);
		sum += workers[i].done;
		kit->report->parallel += workers[i].done;
		for (j = 0; j < workers[i].told; j++)
			if (!kit_set_add(&kit->revisions, workers[i].revisions[j]))
				kit_found(kit, KIT_REPEATED_REVISION, "two handles", NULL);
	}
	kit_adopt(kit);
	for (i = 0; i < 2; i++) {
		struct bko_read read = kit_one(&keys[i]);

		kit_check(kit, &kit->asker, &read, 1);
		if (number_in(kit_ask_row(&kit->asker, 0)) != sum)
			kit_found(kit, KIT_LOST_UPDATE, "counted by all of them", &keys[i]);
	}
}

static void parallel(struct kit *kit)
{
	struct worker *workers = kit_alloc(NULL, WORKERS * sizeof *workers);
	const struct kit_subject *subject = kit->subject;
	void *arguments[WORKERS];
	uint32_t i;

	kit->asker.during = kit->other.during = "handles in parallel";
	memset(workers, 0, WORKERS * sizeof *workers);
	for (i = 0; i < WORKERS; i++) {
		struct bko_store store = kit->asker.store;

		if (i > 0 && subject->open_other != NULL &&
		    subject->open_other(subject->host, &store) != 0) {
			kit_found(kit, KIT_HOOK_FAILED, "open_other", NULL);
			kit->broken = 1;
			break;
		}
		kit_asker_open(&workers[i].asker, &store, &workers[i].report);
		workers[i].asker.during = kit->asker.during;
		workers[i].number = i;
		arguments[i] = &workers[i];
	}
	if (!kit->broken) {
		subject->together(subject->host, work, arguments, WORKERS);
		add_up(kit, workers, 0);
	}
	for (; i-- > 0;) {
		if (i > 0 && subject->open_other != NULL && subject->close_other != NULL)
			subject->close_other(subject->host, &workers[i].asker.store);
		kit_asker_close(&workers[i].asker);
	}
	free(workers);
}

void kit_many(struct kit *kit)
{
	kit_other_open(kit);
	if (kit->has_other) {
		in_turn(kit);
		if (kit->subject->flags & KIT_INSIDE)
			inside(kit);
	}
	if (kit->subject->together != NULL && !kit->broken)
		parallel(kit);
}
