/*
 * Writes the log. A field is quoted only if it needs to be.
 *
 * SPDX-License-Identifier: MIT
 */
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

FILE *log_open(const char *file)
{
	FILE *log = fopen(file, "wb");

	if (!log)
		fprintf(stderr, "replay: cannot write %s: %s\n", file, strerror(errno));
	else
		fputs("time,event,order,row,item,customer,units,promise,reason,cause\n", log);
	return log;
}

static void write_field(FILE *log, struct bko_span field)
{
	const char *bytes = field.data;
	int quoted = 0;

	for (size_t i = 0; i < field.size; i++)
		quoted |=
			bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r';
	if (!quoted) {
		fwrite(bytes, 1, field.size, log);
	} else {
		fputc('"', log);
		for (size_t i = 0; i < field.size; i++) {
			if (bytes[i] == '"')
				fputc('"', log);
			fputc(bytes[i], log);
		}
		fputc('"', log);
	}
	fputc(',', log);
}

void log_write(FILE *log, const struct log_entry *entry)
{
	char time[DATE_TEXT], promise[DATE_TEXT] = "";

	fprintf(log, "%s,%s,", text_of_time(time, entry->time_ms), entry->event);
	write_field(log, entry->order);
	if (entry->row)
		fprintf(log, "%" PRIu32, entry->row);
	fputc(',', log);
	write_field(log, entry->item);
	write_field(log, entry->customer);
	if (entry->promise_ms > 0)
		text_of_time(promise, entry->promise_ms);
	fprintf(log, "%" PRId64 ",%s,%s,", entry->units,
	        entry->promise_ms == LOG_UNKNOWN ? "unknown" : promise,
	        entry->reason ? entry->reason : "");
	if (entry->cause)
		fprintf(log, "%" PRIu32, entry->cause);
	fputc('\n', log);
}

int log_close(FILE *log, const char *file)
{
	int failed = ferror(log);

	failed |= fclose(log);
	if (failed)
		fprintf(stderr, "replay: could not write all of %s\n", file);
	return !failed;
}
