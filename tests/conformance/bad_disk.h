/*
 * bad_disk.h - a disk beneath SQLite that keeps what was synced apart, so that
 * power can be lost, and that fails where it is told to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BAD_DISK_H
#define BAD_DISK_H

#include <stdint.h>

/* Kinds of calls, and what may go wrong at one of them. */
enum { BAD_READ, BAD_WRITE, BAD_SYNC, BAD_TRUNCATE, BAD_LOCK, BAD_KINDS };
enum { BAD_ERROR, BAD_FULL, BAD_SHORT, BAD_FAULTS }; /* SHORT: half is written */

/* Registers the disk as the file system "bad". Returns 0 if that went well. */
int bad_disk_open(void);

/* Counts calls of a kind from 0 on; `times` of them fail, from the one numbered `at`. */
void bad_disk_fail(uint32_t kind, uint32_t fault, uint32_t at, uint32_t times);
uint32_t bad_disk_calls(void); /* of that kind, since */

/* The syncs of a disk that lies do nothing. */
void bad_disk_lie(uint32_t lies);

/* What a loss of power would leave now: what was synced, and of each write since then
 * all or nothing, by chance. It is put aside; restore writes it where it was, when
 * nothing is open any more. */
void bad_disk_snapshot(uint64_t *random);
int bad_disk_restore(void);

/* Forgets all files. */
void bad_disk_forget(void);

#endif
