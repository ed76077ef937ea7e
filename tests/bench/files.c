/*
 * Where the durable peers of the benchmark keep their files.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <stdio.h>

enum { PATH_ROOM = 512 };
static char folder[PATH_ROOM - 32] = ".";

void bench_folder(const char *path)
{
	snprintf(folder, sizeof folder, "%s", path);
}

const char *bench_file(const char *peer, int anew)
{
	static const char *const endings[] = {"-wal", "-shm", "-lock", ""};
	static char path[PATH_ROOM];
	size_t i;

	for (i = 0; i < sizeof endings / sizeof *endings; i++) {
		snprintf(path, sizeof path, "%s/bench.%s%s", folder, peer, endings[i]);
		if (anew)
			remove(path);
	}
	return path;
}
