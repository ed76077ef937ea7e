/*
 * bad_disk.c - an SQLite file system in front of the system's own one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bad_disk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 8, NAME = 512 };

/* A write that no sync has made durable yet. */
struct pending {
	sqlite3_int64 at;
	int size; /* -1: the file was cut at `at` */
	unsigned char *bytes;
	struct pending *next;
};

/* A file as a loss of power would find it. */
struct image {
	char name[NAME];
	unsigned char *bytes;
	sqlite3_int64 size;
	struct pending *first, **last;
	unsigned char *aside; /* by snapshot */
	sqlite3_int64 aside_size;
};

struct file {
	sqlite3_file base;
	sqlite3_file *real;
	struct image *image; /* NULL: of no matter */
};

static struct image images[IMAGES];
static sqlite3_vfs *system_vfs;
static uint32_t fail_kind, fail_fault, fail_at, fail_times, calls, lies;

void bad_disk_fail(uint32_t kind, uint32_t fault, uint32_t at, uint32_t times)
{
	fail_kind = kind;
	fail_fault = fault;
	fail_at = at;
	fail_times = times;
	calls = 0;
}

uint32_t bad_disk_calls(void)
{
	return calls;
}

void bad_disk_lie(uint32_t whether)
{
	lies = whether;
}

static int fails_now(uint32_t kind)
{
	uint32_t number;

	if (kind != fail_kind)
		return 0;
	number = calls++;
	return number >= fail_at && number - fail_at < fail_times;
}

/* ---- Images -------------------------------------------------------------------------- */

static void *more(void *old, size_t size)
{
	void *block = realloc(old, size > 0 ? size : 1);

	if (block == NULL)
		exit(2);
	return block;
}

static void image_size(struct image *image, sqlite3_int64 size)
{
	image->bytes = more(image->bytes, (size_t)size);
	if (size > image->size)
		memset(image->bytes + image->size, 0, (size_t)(size - image->size));
	image->size = size;
}

static void image_take(struct image *image, const struct pending *write)
{
	if (write->size < 0) {
		image_size(image, write->at);
		return;
	}
	if (write->at + write->size > image->size)
		image_size(image, write->at + write->size);
	memcpy(image->bytes + write->at, write->bytes, (size_t)write->size);
}

static void drop_pending(struct image *image)
{
	while (image->first != NULL) {
		struct pending *write = image->first;

		image->first = write->next;
		free(write->bytes);
		free(write);
	}
	image->last = &image->first;
}

static void add_pending(struct image *image, sqlite3_int64 at, const void *bytes, int size)
{
	struct pending *write;

	if (image == NULL)
		return;
	write = more(NULL, sizeof *write);
	write->at = at;
	write->size = size;
	write->bytes = more(NULL, size > 0 ? (size_t)size : 1);
	if (size > 0)
		memcpy(write->bytes, bytes, (size_t)size);
	write->next = NULL;
	*image->last = write;
	image->last = &write->next;
}

static void image_sync(struct image *image)
{
	struct pending *write;

	for (write = image->first; write != NULL; write = write->next)
		image_take(image, write);
	drop_pending(image);
}

static struct image *image_of(const char *name, int make)
{
	struct image *empty = NULL;
	int i;

	for (i = 0; i < IMAGES; i++) {
		if (strcmp(images[i].name, name) == 0)
			return &images[i];
		if (empty == NULL && images[i].name[0] == 0)
			empty = &images[i];
	}
	if (!make)
		return NULL;
	if (empty == NULL || strlen(name) >= NAME)
		exit(2);
	snprintf(empty->name, NAME, "%s", name);
	empty->last = &empty->first;
	return empty;
}

void bad_disk_forget(void)
{
	int i;

	for (i = 0; i < IMAGES; i++) {
		drop_pending(&images[i]);
		free(images[i].bytes);
		free(images[i].aside);
		memset(&images[i], 0, sizeof images[i]);
	}
}

static uint32_t chance(uint64_t *random)
{
	*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*random >> 63);
}

void bad_disk_snapshot(uint64_t *random)
{
	int i;

	for (i = 0; i < IMAGES; i++) {
		struct image *image = &images[i], copy = *image;
		struct pending *write;

		copy.bytes = NULL;
		copy.size = 0;
		image_size(&copy, image->size);
		if (image->size > 0)
			memcpy(copy.bytes, image->bytes, (size_t)image->size);
		for (write = image->first; write != NULL; write = write->next)
			if (chance(random))
				image_take(&copy, write);
		free(image->aside);
		image->aside = copy.bytes;
		image->aside_size = copy.size;
	}
}

int bad_disk_restore(void)
{
	int i, wrong = 0;

	for (i = 0; i < IMAGES; i++) {
		struct image *image = &images[i];
		FILE *file;

		if (image->name[0] == 0)
			continue;
		drop_pending(image);
		free(image->bytes);
		image->bytes = image->aside;
		image->size = image->aside_size;
		image->aside = NULL;
		file = fopen(image->name, "wb");
		wrong |= file == NULL ||
		         fwrite(image->bytes, 1, (size_t)image->size, file) != (size_t)image->size;
		if (file != NULL)
			wrong |= fclose(file) != 0;
	}
	return wrong;
}

/* ---- Calls ------------------------------------------------------------------------------ */

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

static int bad_close(sqlite3_file *base)
{
	struct file *file = (struct file *)base;
	int code =
		file->real->pMethods != NULL ? file->real->pMethods->xClose(file->real) : SQLITE_OK;

	free(file->real);
	return code;
}

static int bad_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
	if (fails_now(BAD_READ))
		return SQLITE_IOERR_READ;
	return real_of(file)->pMethods->xRead(real_of(file), bytes, size, at);
}

static int bad_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 at)
{
	struct file *file = (struct file *)base;
	int code, failing = fails_now(BAD_WRITE);

	if (failing && fail_fault != BAD_SHORT)
		return fail_fault == BAD_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	if (failing)
		size /= 2;
	code = file->real->pMethods->xWrite(file->real, bytes, size, at);
	if (code == SQLITE_OK)
		add_pending(file->image, at, bytes, size);
	return failing ? SQLITE_IOERR_WRITE : code;
}

static int bad_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct file *file = (struct file *)base;

	if (fails_now(BAD_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	add_pending(file->image, size, NULL, -1);
	return file->real->pMethods->xTruncate(file->real, size);
}

static int bad_sync(sqlite3_file *base, int flags)
{
	struct file *file = (struct file *)base;

	(void)flags;
	if (fails_now(BAD_SYNC))
		return SQLITE_IOERR_FSYNC;
	if (file->image != NULL && !lies)
		image_sync(file->image);
	return SQLITE_OK; /* the real one may take its time */
}

static int bad_lock(sqlite3_file *file, int level)
{
	if (fails_now(BAD_LOCK))
		return SQLITE_BUSY;
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int bad_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) && fails_now(BAD_LOCK))
		return SQLITE_BUSY;
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static int pass_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int pass_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int pass_reserved(sqlite3_file *file, int *result)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int pass_control(sqlite3_file *file, int op, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int pass_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int pass_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int pass_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static void pass_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int pass_unmap(sqlite3_file *file, int remove_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove_it);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = bad_close,
	.xRead = bad_read,
	.xWrite = bad_write,
	.xTruncate = bad_truncate,
	.xSync = bad_sync,
	.xFileSize = pass_size,
	.xLock = bad_lock,
	.xUnlock = pass_unlock,
	.xCheckReservedLock = pass_reserved,
	.xFileControl = pass_control,
	.xSectorSize = pass_sector,
	.xDeviceCharacteristics = pass_device,
	.xShmMap = pass_map,
	.xShmLock = bad_shm_lock,
	.xShmBarrier = pass_barrier,
	.xShmUnmap = pass_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
	struct file *file = (struct file *)base;
	int code;

	(void)vfs;
	memset(file, 0, sizeof *file);
	file->real = more(NULL, (size_t)system_vfs->szOsFile);
	memset(file->real, 0, (size_t)system_vfs->szOsFile);
	code = system_vfs->xOpen(system_vfs, name, file->real, flags, out);
	if (code != SQLITE_OK) {
		free(file->real);
		return code;
	}
	if (name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		file->image = image_of(name, 1);
	file->base.pMethods = &methods;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct image *image = image_of(name, 0);

	(void)vfs;
	if (image != NULL) { /* a name that is gone is gone, as if its folder was synced */
		drop_pending(image);
		image->size = 0;
	}
	return system_vfs->xDelete(system_vfs, name, sync);
}

int bad_disk_open(void)
{
	static sqlite3_vfs vfs;

	system_vfs = sqlite3_vfs_find(NULL);
	if (system_vfs == NULL)
		return 1;
	vfs = *system_vfs;
	vfs.pNext = NULL;
	vfs.zName = "bad";
	vfs.szOsFile = sizeof(struct file);
	vfs.xOpen = vfs_open;
	vfs.xDelete = vfs_delete;
	return sqlite3_vfs_register(&vfs, 0) != SQLITE_OK;
}
