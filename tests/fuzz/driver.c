/*
 * The plain driver: first inputs, spoiled at random a fixed number of times. `driver
 * FILE...` runs stored inputs instead; `--seed N` begins elsewhere. An input that
 * breaks the target is left in the file `crash-input`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t input[FUZZ_ROOM];
static uint32_t input_size;
static uint64_t state = 1, execution;

static void broken(int sig)
{
	FILE *file = fopen("crash-input", "wb");
	if (file) {
		fwrite(input, 1, input_size, file);
		fclose(file);
	}
	printf("execution %llu breaks the target, see crash-input\n",
	       (unsigned long long)execution);
	signal(sig, SIG_DFL);
	raise(sig);
}

static uint32_t below(uint32_t bound)
{
	uint64_t x = state += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((x ^ x >> 31) % bound);
}

static void spoil(void)
{
	static const uint8_t edges[] = {0, 1, 2, 127, 128, 255, 64, 65};
	uint32_t times = below(6), at;
	while (times--) {
		at = input_size ? below(input_size) : 0;
		switch (below(6)) {
		case 0: input[at] ^= (uint8_t)(1u << below(8)); break;
		case 1: input[at] = edges[below(sizeof edges)]; break;
		case 2: input[at] = (uint8_t)below(256); break;
		case 3: input_size = at + 1; break;
		case 4:
			if (input_size == FUZZ_ROOM)
				break;
			memmove(input + at + 1, input + at, input_size - at);
			input[at] = (uint8_t)below(256);
			input_size++;
			break;
		default:
			if (input_size < 2)
				break;
			memmove(input + at, input + at + 1, input_size - at - 1);
			input_size--;
			break;
		}
	}
}

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		printf("%s: cannot be read\n", path);
		return 1;
	}
	input_size = (uint32_t)fread(input, 1, sizeof input, file);
	fclose(file);
	return LLVMFuzzerTestOneInput(input, input_size);
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	uint64_t executions = fuzz_executions;
	uint32_t inputs = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGABRT, broken);
	if (argc > 2 && !strcmp(argv[1], "--seed"))
		state = strtoull(argv[2], NULL, 10);
	else if (argc > 1) {
		int failed = 0;
		for (int i = 1; i < argc; i++)
			failed |= run_file(argv[i]);
		return failed;
	}
	if (tier && !strcmp(tier, "quick"))
		executions /= 20;
	if (tier && !strcmp(tier, "release"))
		executions *= 50;
	while (fuzz_corpus(inputs, input, FUZZ_ROOM))
		inputs++;
	for (execution = 0; execution < executions; execution++) {
		input_size = fuzz_corpus(below(inputs), input, FUZZ_ROOM);
		spoil();
		LLVMFuzzerTestOneInput(input, input_size);
	}
	printf("%u first inputs\n", inputs);
	printf("evidence: fuzzed inputs, %s %llu\n", fuzz_name, (unsigned long long)executions);
	return 0;
}
