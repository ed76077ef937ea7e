/*
 * store/medium_open.c - a medium in a file: what does not depend on the system.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "store/medium_file.h"
#include "store/memory_tree.h"

enum { FILE_NAME_MAX = 4095 };

static int file_valid(const bko_medium_file *file)
{
	return file != NULL && file->magic == BKO__FILE_MAGIC;
}

#if defined(BKO__MEDIUM_FILE_POSIX) || defined(BKO__MEDIUM_FILE_WINDOWS)
static int32_t file_read(void *host, uint64_t at, void *data, uint32_t size)
{
	return bko__file_read(host, at, data, size);
}

static int32_t file_program(void *host, uint64_t at, const void *data, uint32_t size)
{
	return bko__file_write(host, at, data, size);
}

static int32_t file_sync(void *host)
{
	return bko__file_sync(host);
}

/* What a write that ran out of room left over is written again by the next. */
static int32_t file_size(void *host, uint64_t want, uint64_t *size)
{
	struct bko_medium_file *file = host;
	uint64_t end, at = file->size;
	int32_t status = BKO_OK;

	*size = file->size;
	if (want <= file->size)
		return BKO_OK;
	if ((file->flags & BKO_MEDIUM_FILE_READ_ONLY) != 0)
		return BKO_E_FULL;
	end = (want + file->grain - 1) / file->grain * file->grain;
	memset(file->piece, 0, sizeof file->piece);
	for (; status == BKO_OK && at < end; at += status == BKO_OK ? file->part : 0) {
		file->part = end - at < sizeof file->piece ? (uint32_t)(end - at)
		                                           : (uint32_t)sizeof file->piece;
		status = bko__file_write(file, at, file->piece, file->part);
	}
	if (status == BKO_OK)
		file->size = end;
	*size = file->size;
	return status;
}

/* All that is there counts, whatever the grain it is to grow by: what was made with
 * a smaller one must not lose its end. Less than the least grain only if it is what
 * was left of growing: zeros. */
static int32_t file_measure(struct bko_medium_file *file)
{
	uint64_t length = 0, at;
	uint32_t part, i;
	int32_t status = bko__file_length(file, &length);

	if (status != BKO_OK)
		return status;
	file->size = length / BKO__FILE_GRAIN_MIN * BKO__FILE_GRAIN_MIN;
	for (at = file->size; file->size == 0 && at < length; at += part) {
		part = length - at < sizeof file->piece ? (uint32_t)(length - at)
		                                        : (uint32_t)sizeof file->piece;
		status = bko__file_read(file, at, file->piece, part);
		if (status != BKO_OK)
			return status;
		for (i = 0; i < part; i++)
			if (file->piece[i] != 0)
				return BKO_E_FORMAT;
	}
	return BKO_OK;
}

static int32_t file_open_name(struct bko_medium_file *file, const char *name)
{
	size_t size = strlen(name) + 1;
	char *copy = file->alloc(file->alloc_host, NULL, 0, size);
	int32_t status;

	if (copy == NULL)
		return BKO_E_NO_MEMORY;
	memcpy(copy, name, size);
	status = bko__file_open(file, copy);
	file->alloc(file->alloc_host, copy, size, 0);
	return status == BKO_OK ? file_measure(file) : status;
}

static int32_t file_check(const struct bko_medium_file_options *options)
{
	uint32_t known =
		BKO_MEDIUM_FILE_CREATE | BKO_MEDIUM_FILE_READ_ONLY | BKO_MEDIUM_FILE_NO_SYNC;
	uint32_t both = BKO_MEDIUM_FILE_CREATE | BKO_MEDIUM_FILE_READ_ONLY;
	int32_t status = bko__memory_sized(options, sizeof *options);

	if (status != BKO_OK)
		return status;
	if (options->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if ((options->flags & ~known) != 0 || (options->flags & both) == both ||
	    (options->erase_unit & (options->erase_unit - 1)) != 0 ||
	    (options->erase_unit != 0 && options->erase_unit < BKO__FILE_GRAIN_MIN) ||
	    options->erase_unit > (uint32_t)1 << 30)
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

int32_t bko_medium_file_open(const char *name, const struct bko_medium_file_options *options,
                             bko_medium_file **file)
{
	struct bko_medium_file_options defaults;
	struct bko_medium_file *made;
	bko_alloc_fn alloc;
	int32_t status;

	if (name == NULL || file == NULL)
		return BKO_E_MISUSE;
	*file = NULL;
	memset(&defaults, 0, sizeof defaults);
	defaults.struct_size = sizeof defaults;
	if (options == NULL)
		options = &defaults;
	status = file_check(options);
	if (status != BKO_OK)
		return status;
	if (name[0] == 0 || strlen(name) > FILE_NAME_MAX)
		return BKO_E_ARGUMENT;
	alloc = bko__memory_heap(options->alloc);
	if (alloc == NULL)
		return BKO_E_UNSUPPORTED;
	made = alloc(options->alloc_host, NULL, 0, sizeof *made);
	if (made == NULL)
		return BKO_E_NO_MEMORY;
	memset(made, 0, sizeof *made);
	made->magic = BKO__FILE_MAGIC;
	made->flags = options->flags;
	made->grain = options->erase_unit != 0 ? options->erase_unit : BKO__FILE_GRAIN;
	made->alloc = alloc;
	made->alloc_host = options->alloc_host;
	status = file_open_name(made, name);
	if (status != BKO_OK)
		bko_medium_file_close(made);
	else
		*file = made;
	return status;
}

int32_t bko_medium_file_table(bko_medium_file *file, struct bko_medium *medium)
{
	struct bko_medium table;

	if (!file_valid(file) || medium == NULL)
		return BKO_E_MISUSE;
	memset(&table, 0, sizeof table);
	table.flags = BKO_MEDIUM_OVERWRITES;
	table.program_unit = 1;
	table.erase_unit = file->grain;
	table.host = file;
	table.read = file_read;
	table.program = file_program;
	table.sync = (file->flags & BKO_MEDIUM_FILE_NO_SYNC) != 0 ? NULL : file_sync;
	table.size = file_size;
	return bko__memory_fill(medium, &table, sizeof table);
}
#else
int32_t bko_medium_file_open(const char *name, const struct bko_medium_file_options *options,
                             bko_medium_file **file)
{
	(void)options;
	if (name == NULL || file == NULL)
		return BKO_E_MISUSE;
	*file = NULL;
	return BKO_E_UNSUPPORTED;
}

int32_t bko_medium_file_table(bko_medium_file *file, struct bko_medium *medium)
{
	return file_valid(file) && medium != NULL ? BKO_E_UNSUPPORTED : BKO_E_MISUSE;
}

void bko__file_close(struct bko_medium_file *file)
{
	(void)file;
}
#endif

int64_t bko_medium_file_native(const bko_medium_file *file)
{
	return file_valid(file) ? file->native : 0;
}

void bko_medium_file_close(bko_medium_file *file)
{
	bko_alloc_fn alloc;

	if (!file_valid(file))
		return;
	if (file->open)
		bko__file_close(file);
	alloc = file->alloc;
	file->magic = 0;
	alloc(file->alloc_host, file, sizeof *file, 0);
}
