/*
 * inspect: looks into a file of the log store. This file reads the command.
 *
 * SPDX-License-Identifier: MIT
 */
#include "inspect.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
	"Usage: inspect [COMMAND] FILE\n"
	"\n"
	"Looks into a file of the log store, such as replay --store makes, and changes\n"
	"nothing in it. A shop that is at work has its file locked.\n"
	"\n"
	"  inspect FILE            what the file is, holds, and holds no more; the last\n"
	"                          events of the shop\n"
	"  inspect verify FILE     the library verifies its rows; exit status 1 if it\n"
	"                          finds anything\n"
	"  inspect salvage FILE    what is damaged, and where; exit status 1 if anything is\n"
	"  inspect dump FILE       all rows, as lines of text\n"
	"  inspect dump-salvaged FILE   the same of what is whole in a damaged file\n"
	"  inspect load FILE       makes a new file of such lines on standard input\n"
	"  inspect --help          this text\n"
	"\n"
	"Exit status: 0 if all was well, 1 if not, 2 for a wrong command.\n";

int complain(const char *what, const char *name, int32_t status)
{
	fprintf(stderr, "inspect: %s %s: %s (%s)\n", what, name, bko_status_name(status),
	        bko_status_text(status));
	return 1;
}

static int tell_damage(const char *name, const struct bko_log_damage *damage)
{
	fprintf(stderr, "inspect: %s is damaged: %llu bytes at byte %llu; see inspect salvage %s\n",
	        name, (unsigned long long)damage->size, (unsigned long long)damage->at, name);
	return 1;
}

int source_open(struct source *source, const char *name, uint32_t flags)
{
	struct bko_medium_file_options file = {0};
	struct bko_log_options options = {0};
	struct bko_log_damage damage = {0};
	struct bko_medium medium = {0};
	int32_t status;

	memset(source, 0, sizeof *source);
	file.struct_size = sizeof file;
	file.flags = flags & BKO_LOG_CREATE ? BKO_MEDIUM_FILE_CREATE : BKO_MEDIUM_FILE_READ_ONLY;
	options.struct_size = sizeof options;
	options.flags = flags;
	options.sync = BKO_LOG_SYNC_RELAXED;
	options.damage = &damage;
	damage.struct_size = sizeof damage;
	medium.struct_size = sizeof medium;
	status = bko_medium_file_open(name, &file, &source->file);
	if (status == BKO_OK)
		status = bko_medium_file_table(source->file, &medium);
	if (status == BKO_OK)
		status = bko_log_open(&options, &medium, &source->log);
	if (status == BKO_OK)
		return 0;
	bko_medium_file_close(source->file);
	return damage.kind != BKO_LOG_DAMAGE_NONE ? tell_damage(name, &damage)
	                                          : complain("opening", name, status);
}

int source_close(struct source *source)
{
	int32_t status = bko_log_close(source->log);

	bko_medium_file_close(source->file);
	return status != BKO_OK;
}

static int wrong(void)
{
	fprintf(stderr, "Try: inspect --help\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[1] : "tell", *name = argc > 1 ? argv[argc - 1] : "";
	int status = 2;

	if (argc < 2 || argc > 3)
		return wrong();
	if (strcmp(name, "--help") == 0)
		status = fputs(help, stdout) < 0;
	else if (strcmp(command, "tell") == 0)
		status = tell(name);
	else if (strcmp(command, "verify") == 0)
		status = verify(name);
	else if (strcmp(command, "salvage") == 0)
		status = salvage(name);
	else if (strcmp(command, "dump") == 0)
		status = dump(name, BKO_LOG_READ_ONLY);
	else if (strcmp(command, "dump-salvaged") == 0)
		status = dump(name, BKO_LOG_SALVAGE);
	else if (strcmp(command, "load") == 0)
		status = load(name);
	else
		return wrong();
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "inspect: could not write\n");
		return 1;
	}
	return status;
}
