/*
 * What a fuzz target offers: the entry that libFuzzer knows, and first inputs for
 * the plain driver, which is used where libFuzzer is not, and always in CI.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

enum { FUZZ_ROOM = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The n-th first input; its size, 0 behind the last. */
uint32_t fuzz_corpus(uint32_t n, uint8_t *bytes, uint32_t room);

/* How many executions a run of CI has time for. */
extern const uint32_t fuzz_executions;
extern const char fuzz_name[]; /* what is fed, for the count at the end */

#endif
