/*
 * store/medium_file.c - a medium in a file of a POSIX system.
 *
 * Space is written as zeros before it is used: to overwrite blocks that a file
 * has costs one sync of the data, to append to it the file's own records too.
 * A name is durable once its directory was synced. The lock is of the open
 * file, so it ends with the process, however that ends.
 *
 * SPDX-License-Identifier: MIT
 */
/* For a build of one file these are defined too late, and the compiler's own
 * settings count. */
#if !defined(_WIN32) && (defined(__unix__) || defined(__APPLE__))
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#ifndef _DARWIN_C_SOURCE
#define _DARWIN_C_SOURCE
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#endif

#include "store/medium_file.h"

#ifdef BKO__MEDIUM_FILE_POSIX
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int32_t file_failed(struct bko_medium_file *file)
{
	file->native = errno;
	switch (errno) {
	case ENOENT: return BKO_E_NOT_FOUND;
	case EWOULDBLOCK: return BKO_E_BUSY;
	case EROFS:
	case EACCES:
	case EPERM: return BKO_E_READ_ONLY;
	case ENOSPC:
	case EFBIG: return BKO_E_FULL;
	default: return BKO_E_IO;
	}
}

/* Whether the system can say such a place. */
static int file_reaches(uint64_t at, uint32_t size)
{
	uint64_t most = sizeof(off_t) < 8 ? INT32_MAX : INT64_MAX;

	return at <= most && size <= most - at;
}

int32_t bko__file_read(struct bko_medium_file *file, uint64_t at, void *data, uint32_t size)
{
	uint8_t *to = data;
	ssize_t got;

	if (!file_reaches(at, size))
		return BKO_E_IO;
	while (size > 0) {
		got = pread((int)file->handle, to, size, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return file_failed(file);
		if (got == 0)
			return BKO_E_IO;
		to += got;
		at += (uint64_t)got;
		size -= (uint32_t)got;
	}
	return BKO_OK;
}

int32_t bko__file_write(struct bko_medium_file *file, uint64_t at, const void *data, uint32_t size)
{
	const uint8_t *from = data;
	ssize_t put;

	if (!file_reaches(at, size))
		return BKO_E_FULL;
	while (size > 0) {
		put = pwrite((int)file->handle, from, size, (off_t)at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return file_failed(file);
		if (put == 0)
			return BKO_E_IO;
		from += put;
		at += (uint64_t)put;
		size -= (uint32_t)put;
	}
	return BKO_OK;
}

int32_t bko__file_sync(struct bko_medium_file *file)
{
	int done;

	/* Once, whatever comes: after a failure another sync says nothing. */
#if defined(__APPLE__)
	done = fcntl((int)file->handle, F_FULLFSYNC);
#elif defined(_POSIX_SYNCHRONIZED_IO) && _POSIX_SYNCHRONIZED_IO > 0
	done = fdatasync((int)file->handle);
#else
	done = fsync((int)file->handle);
#endif
	return done == 0 ? BKO_OK : file_failed(file);
}

int32_t bko__file_length(struct bko_medium_file *file, uint64_t *length)
{
	struct stat found;

	if (fstat((int)file->handle, &found) != 0)
		return file_failed(file);
	*length = (uint64_t)found.st_size;
	return BKO_OK;
}

/* Syncs the directory in which a name stands. */
static int32_t file_sync_name(struct bko_medium_file *file, char *name)
{
	char *slash = strrchr(name, '/');
	int handle, failed;

	if (slash == NULL) {
		handle = open(".", O_RDONLY);
	} else if (slash == name) {
		handle = open("/", O_RDONLY);
	} else {
		*slash = 0;
		handle = open(name, O_RDONLY);
	}
	if (handle < 0)
		return file_failed(file);
	failed = fsync(handle);
	/* Some file systems know no sync of a directory. */
	if (failed && errno == EINVAL)
		failed = 0;
	if (failed)
		(void)file_failed(file);
	close(handle);
	return failed ? BKO_E_IO : BKO_OK;
}

int32_t bko__file_open(struct bko_medium_file *file, char *name)
{
	int reads = (file->flags & BKO_MEDIUM_FILE_READ_ONLY) != 0;
	int makes = (file->flags & BKO_MEDIUM_FILE_CREATE) != 0;
	/* A pipe must not keep its opener waiting. */
	int flags = (reads ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK;
	struct stat found;
	int handle = open(name, flags);

	if (handle < 0 && errno == ENOENT && makes)
		handle = open(name, flags | O_CREAT, 0666);
	if (handle < 0)
		return file_failed(file);
	file->handle = handle;
	file->open = 1;
	if (fstat(handle, &found) != 0)
		return file_failed(file);
	if (!S_ISREG(found.st_mode))
		return BKO_E_FORMAT;
	if (flock(handle, (reads ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0)
		return file_failed(file);
	/* An empty file may have been made by an open that came no further. */
	return makes && found.st_size == 0 ? file_sync_name(file, name) : BKO_OK;
}

void bko__file_close(struct bko_medium_file *file)
{
	close((int)file->handle);
}
#else
/* Keeps a file without content legal. */
typedef int bko__medium_file_no_posix;
#endif
