/*
 * Real processes on a real file: a child sells, its parent kills it at some moment
 * and looks at what is there. Whatever the child had been told was done must be, with
 * every figure adding up, and at most the one order more that it was at.
 *
 *   power_kill FILE            the tier's rounds, on a log in FILE (made anew)
 *   power_kill FILE --rounds N --seed N
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "backorder/backorder.h"
#include "backorder/log.h"

#include "device.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	ANEW_EVERY = 50,   /* rounds before the file is made anew */
	LONGEST_US = 9000, /* that a child lives after its first sale */
	ITEMS = 4
};

static const int64_t BEGIN = 1700000040000;
static uint64_t sold, kept_by_chance, findings_looked;

/* ---- A shop on a file --------------------------------------------------------------------- */

struct shop {
	bko_medium_file *file;
	bko_log *log;
	bko_engine *engine;
	const char *why; /* what failed, and how */
	int32_t status;
};

static int failed(struct shop *shop, const char *why, int32_t status)
{
	shop->why = why;
	shop->status = status;
	return 1;
}

static int shop_open(struct shop *shop, const char *path, uint32_t log_flags, uint32_t sync)
{
	struct bko_medium_file_options file = {
		.struct_size = sizeof file, .flags = BKO_MEDIUM_FILE_CREATE, .erase_unit = 4096};
	struct bko_log_options log = {
		.struct_size = sizeof log, .flags = log_flags, .sync = sync, .segment_size = 8192};
	struct bko_options options = {.struct_size = sizeof options, .max_lines = 4};
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_medium medium = {.struct_size = sizeof medium};
	int32_t status;
	memset(shop, 0, sizeof *shop);
	status = bko_medium_file_open(path, &file, &shop->file);
	if (status != BKO_OK)
		return failed(shop, "the file does not open", status);
	status = bko_medium_file_table(shop->file, &medium);
	if (status == BKO_OK)
		status = bko_log_open(&log, &medium, &shop->log);
	if (status != BKO_OK)
		return failed(shop, "the log does not open", status);
	status = bko_log_store(shop->log, &store);
	if (status == BKO_OK)
		status = bko_engine_open(&options, &store, &shop->engine);
	return status == BKO_OK ? 0 : failed(shop, "the engine does not open", status);
}

static int shop_close(struct shop *shop)
{
	int32_t status;
	bko_engine_close(shop->engine);
	status = bko_log_close(shop->log);
	bko_medium_file_close(shop->file);
	return status == BKO_OK ? 0 : failed(shop, "the log does not close", status);
}

static struct bko_span name(char *text, size_t size, const char *form, uint32_t round, uint32_t n)
{
	struct bko_span span = {text, 0};
	span.size = (size_t)snprintf(text, size, form, round, n);
	return span;
}

static int32_t make_items(bko_engine *engine)
{
	int32_t status = BKO_OK;
	for (uint32_t i = 0; i < ITEMS && status == BKO_OK; i++) {
		char item[16];
		struct bko_policy policy = {.struct_size = sizeof policy,
		                            .set = BKO_SET_SELLING,
		                            .selling = BKO_SELL_BACKORDER};
		struct bko_policy_row row = {.struct_size = sizeof row,
		                             .scope = BKO_SCOPE_ITEM,
		                             .item = name(item, sizeof item, "item", 0, 0),
		                             .policy = &policy};
		item[4] = (char)('a' + i);
		row.item.size = 5;
		status = bko_policy_set(engine, BEGIN, &row, 1, sizeof row, NULL);
	}
	return status;
}

/* ---- The child ------------------------------------------------------------------------------ */

static int32_t sell(bko_engine *engine, uint32_t round, uint32_t n, uint64_t *random)
{
	char id[32], item[6] = "itema";
	struct bko_op op = {.struct_size = sizeof op,
	                    .id = name(id, sizeof id, "o%u-%u", round, n),
	                    .now_ms = BEGIN + round * 1000 + n};
	struct bko_line line = {.struct_size = sizeof line, .item = {item, 5}};
	struct bko_order_request request = {.struct_size = sizeof request,
	                                    .lines = &line,
	                                    .line_count = 1,
	                                    .stride = sizeof line};
	line.quantity = 1 + (int64_t)(device_random(random) % 3);
	item[4] = (char)('a' + device_random(random) % ITEMS);
	return bko_order_place(engine, &op, &request, NULL);
}

static int32_t receive(bko_engine *engine, uint32_t round, uint32_t n, uint64_t *random)
{
	char id[32], item[6] = "itema";
	struct bko_op op = {.struct_size = sizeof op,
	                    .id = name(id, sizeof id, "r%u-%u", round, n),
	                    .now_ms = BEGIN + round * 1000 + n};
	struct bko_receipt receipt = {.struct_size = sizeof receipt,
	                              .item = {item, 5},
	                              .quantity = 1 + (int64_t)(device_random(random) % 9)};
	item[4] = (char)('a' + device_random(random) % ITEMS);
	return bko_stock_receive(engine, &op, &receipt, NULL);
}

static int32_t cancel(bko_engine *engine, uint32_t round, uint32_t n, uint64_t *random)
{
	char id[32], of[32];
	struct bko_op op = {.struct_size = sizeof op,
	                    .id = name(id, sizeof id, "c%u-%u", round, n),
	                    .now_ms = BEGIN + round * 1000 + n};
	struct bko_pick pick = {.struct_size = sizeof pick, .line = BKO_LINE_ALL};
	struct bko_units units = {.struct_size = sizeof units,
	                          .picks = &pick,
	                          .pick_count = 1,
	                          .stride = sizeof pick};
	units.order = name(of, sizeof of, "o%u-%u", round, (uint32_t)(device_random(random) % n));
	return bko_order_cancel(engine, &op, &units, NULL);
}

/* Sells until it is killed; says through the pipe how many orders were answered. */
static int child(const char *path, int pipe_end, uint32_t round, uint64_t random)
{
	struct shop shop;
	if (shop_open(&shop, path, 0, round % 3))
		return 2;
	for (uint32_t n = 0;; n++) {
		uint32_t told = n + 1;
		int32_t status = sell(shop.engine, round, n, &random);
		if (status != BKO_OK || write(pipe_end, &told, sizeof told) != (ssize_t)sizeof told)
			return 3;
		if (n % 4 == 3)
			status = receive(shop.engine, round, n, &random);
		if (n % 8 == 7 && status == BKO_OK)
			status = cancel(shop.engine, round, n, &random);
		if (n % 32 == 31 && status == BKO_OK)
			status = bko_log_compact(shop.log);
		if (status == BKO_OK)
			status = bko_log_step(shop.log, BEGIN + n, 2, NULL);
		if (status != BKO_OK)
			return 4;
	}
}

/* ---- The parent ----------------------------------------------------------------------------- */

static int there(struct shop *shop, uint32_t round, uint32_t n)
{
	char id[32];
	struct bko_span order = name(id, sizeof id, "o%u-%u", round, n);
	bko_order *handle = NULL;
	int32_t status = bko_order_open(shop->engine, BEGIN + 10000000, &order, &handle);
	bko_order_close(handle);
	return status == BKO_OK;
}

static int verify(struct shop *shop)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	int32_t status = BKO_OK;
	while (status == BKO_OK && !cursor.done) {
		struct bko_finding finding = {.struct_size = sizeof finding};
		size_t count = 0;
		status = bko_engine_verify(shop->engine, BEGIN + 10000000, 0, &cursor, 10000,
		                           &finding, 1, sizeof finding, &count);
		if (count)
			return failed(shop, "verify finds something", (int32_t)finding.check);
	}
	findings_looked++;
	return status == BKO_OK ? 0 : failed(shop, "verify fails", status);
}

/* Looks at what the child left after `told` orders were answered. */
static int look(const char *path, uint32_t round, uint32_t told, uint32_t flags, struct shop *shop)
{
	if (shop_open(shop, path, flags, BKO_LOG_SYNC_EACH))
		return 1;
	if (verify(shop))
		return 1;
	for (uint32_t n = 0; n < told; n++)
		if (!there(shop, round, n))
			return failed(shop, "an order that was answered is gone, number",
			              (int32_t)n);
	kept_by_chance += (uint64_t)there(shop, round, told);
	if (there(shop, round, told + 1))
		return failed(shop, "there is an order that was never placed", (int32_t)told + 1);
	return shop_close(shop);
}

static int make(const char *path, struct shop *shop)
{
	unlink(path);
	if (shop_open(shop, path, BKO_LOG_CREATE, BKO_LOG_SYNC_EACH))
		return 1;
	if (make_items(shop->engine) != BKO_OK)
		return failed(shop, "no items can be made", 0);
	return shop_close(shop);
}

/* How many orders were answered; -1: the child ended by itself. */
static int32_t let_sell(const char *path, uint32_t round, uint64_t *random)
{
	struct timespec pause = {0, (long)(device_random(random) % LONGEST_US) * 1000};
	uint64_t seed = device_random(random);
	uint32_t told = 0, read_now;
	int ends[2], status;
	pid_t pid;
	fflush(stdout);
	if (pipe(ends))
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		close(ends[0]);
		_exit(child(path, ends[1], round, seed));
	}
	close(ends[1]);
	/* a few die while they open, or recover */
	if (round % 8 && read(ends[0], &read_now, sizeof read_now) == (ssize_t)sizeof read_now)
		told = read_now;
	nanosleep(&pause, NULL);
	kill(pid, SIGKILL);
	while (read(ends[0], &read_now, sizeof read_now) == (ssize_t)sizeof read_now)
		told = read_now;
	close(ends[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status)) {
		printf("round %u: the child ended by itself: %d\n", round, status);
		return -1;
	}
	return (int32_t)told;
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	uint64_t rounds = 300, seed = 1, random;
	struct shop shop;
	uint32_t round;
	if (argc < 2)
		return 2;
	if (tier && strcmp(tier, "quick") == 0)
		rounds = 40;
	if (tier && strcmp(tier, "release") == 0)
		rounds = 10000;
	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--rounds") == 0)
			rounds = strtoull(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--seed") == 0)
			seed = strtoull(argv[i + 1], NULL, 10);
	}
	random = seed;
	for (round = 0; round < rounds; round++) {
		/* every other look changes nothing, so that the next child recovers */
		uint32_t flags = round % 2 ? BKO_LOG_READ_ONLY : 0;
		int32_t told;
		if (round % ANEW_EVERY == 0 && make(argv[1], &shop))
			break;
		told = let_sell(argv[1], round, &random);
		if (told < 0)
			return 1;
		sold += (uint64_t)told;
		if (look(argv[1], round, (uint32_t)told, flags, &shop))
			break;
	}
	if (round < rounds) {
		printf("round %u, seed %llu: %s (%d, %s)\n", round, (unsigned long long)seed,
		       shop.why, shop.status, bko_status_name(shop.status));
		return 1;
	}
	unlink(argv[1]);
	if (sold < rounds) {
		printf("only %llu orders in %llu rounds\n", (unsigned long long)sold,
		       (unsigned long long)rounds);
		return 1;
	}
	printf("%llu orders answered, %llu there although the answer was not heard\n",
	       (unsigned long long)sold, (unsigned long long)kept_by_chance);
	printf("evidence: processes killed while selling %llu\n", (unsigned long long)rounds);
	printf("evidence: verified after a kill %llu\n", (unsigned long long)findings_looked);
	return 0;
}
