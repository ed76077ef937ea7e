/*
 * store/medium_windows.c - a medium in a file of Windows. The lock is that the
 * file is not shared: with nobody by who writes, with readers by who reads.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/medium_file.h"

#ifdef BKO__MEDIUM_FILE_WINDOWS
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

enum { WINDOWS_NAME = 2048 }; /* letters of a name; as many as fit the piece */

static HANDLE windows_handle(const struct bko_medium_file *file)
{
	return (HANDLE)file->handle;
}

static int32_t windows_failed(struct bko_medium_file *file)
{
	file->native = (int64_t)GetLastError();
	switch (file->native) {
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND: return BKO_E_NOT_FOUND;
	case ERROR_SHARING_VIOLATION:
	case ERROR_LOCK_VIOLATION: return BKO_E_BUSY;
	case ERROR_ACCESS_DENIED:
	case ERROR_WRITE_PROTECT: return BKO_E_READ_ONLY;
	case ERROR_DISK_FULL:
	case ERROR_HANDLE_DISK_FULL: return BKO_E_FULL;
	default: return BKO_E_IO;
	}
}

static OVERLAPPED windows_place(uint64_t at)
{
	OVERLAPPED place = {0};

	place.Offset = (DWORD)(at & 0xffffffffu);
	place.OffsetHigh = (DWORD)(at >> 32);
	return place;
}

int32_t bko__file_read(struct bko_medium_file *file, uint64_t at, void *data, uint32_t size)
{
	uint8_t *to = data;
	OVERLAPPED place;
	DWORD got;

	for (; size > 0; size -= got, to += got, at += got) {
		place = windows_place(at);
		if (!ReadFile(windows_handle(file), to, size, &got, &place))
			return windows_failed(file);
		if (got == 0)
			return BKO_E_IO;
	}
	return BKO_OK;
}

int32_t bko__file_write(struct bko_medium_file *file, uint64_t at, const void *data, uint32_t size)
{
	const uint8_t *from = data;
	OVERLAPPED place;
	DWORD put;

	for (; size > 0; size -= put, from += put, at += put) {
		place = windows_place(at);
		if (!WriteFile(windows_handle(file), from, size, &put, &place))
			return windows_failed(file);
		if (put == 0)
			return BKO_E_IO;
	}
	return BKO_OK;
}

int32_t bko__file_sync(struct bko_medium_file *file)
{
	return FlushFileBuffers(windows_handle(file)) ? BKO_OK : windows_failed(file);
}

int32_t bko__file_length(struct bko_medium_file *file, uint64_t *length)
{
	LARGE_INTEGER size;

	if (!GetFileSizeEx(windows_handle(file), &size))
		return windows_failed(file);
	*length = (uint64_t)size.QuadPart;
	return BKO_OK;
}

int32_t bko__file_open(struct bko_medium_file *file, char *name)
{
	int reads = (file->flags & BKO_MEDIUM_FILE_READ_ONLY) != 0;
	int makes = (file->flags & BKO_MEDIUM_FILE_CREATE) != 0;
	WCHAR *wide = (WCHAR *)(void *)file->piece;
	HANDLE handle;

	if (!MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, name, -1, wide, WINDOWS_NAME))
		return BKO_E_ARGUMENT;
	handle = CreateFileW(wide, reads ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE,
	                     reads ? FILE_SHARE_READ : 0, NULL, makes ? OPEN_ALWAYS : OPEN_EXISTING,
	                     FILE_ATTRIBUTE_NORMAL, NULL);
	if (handle == INVALID_HANDLE_VALUE)
		return windows_failed(file);
	file->handle = (intptr_t)handle;
	file->open = 1;
	if (GetFileType(handle) != FILE_TYPE_DISK)
		return BKO_E_FORMAT;
	return reads ? BKO_OK : bko__file_sync(file);
}

void bko__file_close(struct bko_medium_file *file)
{
	CloseHandle(windows_handle(file));
}
#else
/* Keeps a file without content legal. */
typedef int bko__medium_file_no_windows;
#endif
