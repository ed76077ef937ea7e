/*
 * What the files of inspect share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include "backorder/backorder.h"
#include "backorder/log.h"

/* A log in a file. */
struct source {
	bko_medium_file *file;
	bko_log *log;
};

/* Opens a file with flags of BKO_LOG_; says on stderr why not. 0 if it opened. */
int source_open(struct source *source, const char *name, uint32_t flags);
int source_close(struct source *source);

/* One line on stderr: what of which failed; returns 1. */
int complain(const char *what, const char *name, int32_t status);

/* Commands; the exit status. */
int tell(const char *name);    /* header, counts, last operations */
int salvage(const char *name); /* what is not whole */
int verify(const char *name);
int dump(const char *name, uint32_t flags);
int load(const char *name);

#endif
