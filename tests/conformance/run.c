/*
 * run.c - the whole proof, and its report.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

static void close_run(struct kit *kit)
{
	size_t i, count = kit->version_count < KIT_VERSIONS ? kit->version_count : KIT_VERSIONS;

	kit_other_close(kit);
	kit_asker_close(&kit->asker);
	kit_model_clear(&kit->model);
	for (i = 0; i < count; i++)
		free(kit->versions[i]);
	free(kit->versions);
	free(kit->revisions.slots);
	free(kit);
}

uint32_t kit_run(const struct kit_subject *subject, struct kit_report *report)
{
	struct kit *kit = kit_alloc(NULL, sizeof *kit);

	memset(report, 0, sizeof *report);
	report->first = KIT_FAULTS;
	memset(kit, 0, sizeof *kit);
	kit->subject = subject;
	kit->report = report;
	report->seed = kit->random = subject->seed != 0 ? subject->seed : 1;
	kit->versions = kit_alloc(NULL, KIT_VERSIONS * sizeof(struct kit_row *));
	kit_asker_open(&kit->asker, &subject->store, report);
	kit_adopt(kit);
	kit_rows(kit);
	kit_guards(kit);
	kit_durable(kit);
	if (!kit->broken)
		kit_many(kit);
	if (!kit->broken)
		kit_history(kit);
	close_run(kit);
	return report->count;
}

void kit_print(const struct kit_report *report, FILE *file)
{
	uint32_t i;

	for (i = 0; i < KIT_FAULTS; i++)
		if (report->findings[i].times > 0)
			fprintf(file, "%s: %s; %u times\n", kit_name(i), report->findings[i].text,
			        (unsigned)report->findings[i].times);
	if (report->count > 1)
		fprintf(file, "found first: %s\n", kit_name(report->first));
	fprintf(file,
	        "%u faults; seed %llu: %llu reads, %llu rows, %llu batches, %llu conflicts, "
	        "%llu ends, %llu losses of power, %llu in parallel, %llu random steps\n",
	        (unsigned)report->count, (unsigned long long)report->seed,
	        (unsigned long long)report->reads, (unsigned long long)report->rows,
	        (unsigned long long)report->applies, (unsigned long long)report->conflicts,
	        (unsigned long long)report->reopened, (unsigned long long)report->powered,
	        (unsigned long long)report->parallel, (unsigned long long)report->steps);
}
