/*
 * How long a compacted log takes to open, against reading what is of use in its file and
 * checksumming that, which no open can do without.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include "backorder/backorder.h"
#include "backorder/log.h"
#include "store/log_format.h"

#include <stdio.h>

enum { PIECE = 1 << 16, PIECES = 100 /* of a step */ };

static void must(int32_t status)
{
	if (status != BKO_OK)
		die("log", bko_status_name(status));
}

struct opened {
	bko_medium_file *file;
	bko_log *log;
};

static struct opened open_log(void)
{
	struct opened o = {0};
	struct bko_medium medium = {.struct_size = sizeof medium};
	struct bko_medium_file_options on_file = {.struct_size = sizeof on_file};
	struct bko_log_options options = {.struct_size = sizeof options};

	must(bko_medium_file_open(bench_file("log", 0), &on_file, &o.file));
	must(bko_medium_file_table(o.file, &medium));
	must(bko_log_open(&options, &medium, &o.log));
	return o;
}

static void close_log(struct opened *o)
{
	must(bko_log_close(o->log));
	bko_medium_file_close(o->file);
}

/* A log of so many orders that wait, and nothing in it but its rows. */
static void make_log(size_t orders, uint32_t items)
{
	const struct peer *peer = &peer_log_relaxed;
	struct bko_log_next next = {.struct_size = sizeof next};
	struct opened o;
	struct world world;
	void *self;
	size_t i;

	world_open(&world, items, 0, orders, 0, BENCH_SEED);
	self = peer->open(&world);
	for (i = 0; i < orders; i++)
		peer->order(self, &world.orders[i]);
	peer_flush(peer, self);
	peer->close(self);
	world_close(&world);
	o = open_log();
	must(bko_log_compact(o.log));
	do
		must(bko_log_step(o.log, 0, PIECES, &next));
	while (next.kind == BKO_LOG_NEXT_NOW);
	close_log(&o);
}

/* Bytes of the segments that hold what is of use; the file keeps its length. */
static uint64_t live_bytes(void)
{
	struct bko_log_stats stats = {.struct_size = sizeof stats};
	struct opened o = open_log();

	must(bko_log_stats(o.log, &stats));
	close_log(&o);
	return ((uint64_t)stats.segments_log + stats.segments_checkpoint) * stats.segment_size;
}

/* Of as many bytes from the file's beginning. */
static double read_and_sum(uint64_t bytes, double (*clock)(void))
{
	static unsigned char piece[PIECE];
	double begun = clock();
	FILE *file = fopen(bench_file("log", 0), "rb");
	uint64_t sum = 0;
	size_t size;

	if (!file)
		die("log", "its file does not open");
	for (; bytes > 0 && (size = fread(piece, 1, sizeof piece, file)) > 0;
	     bytes -= bytes < size ? bytes : size)
		sum = bko__log_sum(sum, piece, size);
	fclose(file);
	return sum ? clock() - begun : 0; /* the sum is asked for, so that it is made */
}

void bench_opening(size_t orders, uint32_t items, int rounds, double (*clock)(void))
{
	double opens[ROUNDS_MAX], reads[ROUNDS_MAX], begun;
	uint64_t bytes;
	struct opened o;
	int r;

	make_log(orders, items);
	bytes = live_bytes();
	for (r = 0; r < rounds; r++) {
		reads[r] = read_and_sum(bytes, clock);
		begun = clock();
		o = open_log();
		opens[r] = clock() - begun;
		close_log(&o);
	}
	printf("%zu orders, %.0f MB: read and checksummed in %.3f s, opened in %.3f s, %.2f times "
	       "as long\n",
	       orders, (double)bytes / 1e6, median(reads, rounds), median(opens, rounds),
	       median(opens, rounds) / median(reads, rounds));
	bench_file("log", 1);
}
