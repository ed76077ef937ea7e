/*
 * store/medium_ram.c - a medium in memory of the caller.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "backorder/medium.h"

static int ram_within(const struct bko_medium_ram *ram, uint64_t at, uint32_t size)
{
	return at <= ram->size && size <= ram->size - at;
}

static int32_t ram_read(void *host, uint64_t at, void *data, uint32_t size)
{
	const struct bko_medium_ram *ram = host;

	if (!ram_within(ram, at, size))
		return BKO_E_IO;
	memcpy(data, (const uint8_t *)ram->data + at, size);
	return BKO_OK;
}

static int32_t ram_program(void *host, uint64_t at, const void *data, uint32_t size)
{
	const struct bko_medium_ram *ram = host;
	uint8_t *to = (uint8_t *)ram->data + at;
	uint32_t i;

	if (!ram_within(ram, at, size) || at % ram->program_unit != 0 ||
	    size % ram->program_unit != 0)
		return BKO_E_CONTRACT;
	for (i = 0; ram->flash != 0 && i < size; i++)
		if (to[i] != (ram->flash == 1 ? 0xff : 0))
			return BKO_E_CONTRACT;
	memcpy(to, data, size);
	return BKO_OK;
}

static int32_t ram_erase(void *host, uint64_t at)
{
	const struct bko_medium_ram *ram = host;

	if (!ram_within(ram, at, ram->erase_unit) || at % ram->erase_unit != 0)
		return BKO_E_CONTRACT;
	memset((uint8_t *)ram->data + at, ram->flash == 1 ? 0xff : 0, ram->erase_unit);
	return BKO_OK;
}

static int32_t ram_size(void *host, uint64_t want, uint64_t *size)
{
	const struct bko_medium_ram *ram = host;

	*size = ram->size / ram->erase_unit * ram->erase_unit;
	return want > *size ? BKO_E_FULL : BKO_OK;
}

int32_t bko_medium_ram(struct bko_medium_ram *ram, struct bko_medium *medium)
{
	if (ram == NULL || medium == NULL)
		return BKO_E_MISUSE;
	if (ram->struct_size != sizeof *ram || medium->struct_size != sizeof *medium)
		return BKO_E_STRUCT_SIZE;
	if (ram->program_unit == 0)
		ram->program_unit = 1;
	if (ram->erase_unit == 0)
		ram->erase_unit = 4096;
	if (ram->flash > 2 || ram->reserved != NULL || (ram->data == NULL && ram->size > 0))
		return BKO_E_ARGUMENT;
	medium->flags = ram->flash == 0 ? BKO_MEDIUM_OVERWRITES : 0;
	medium->program_unit = ram->program_unit;
	medium->erase_unit = ram->erase_unit;
	medium->erased = ram->flash == 1 ? 0xff : 0;
	medium->reserved = 0;
	medium->host = ram;
	medium->read = ram_read;
	medium->program = ram_program;
	medium->erase = ram_erase;
	medium->sync = NULL;
	medium->size = ram_size;
	return BKO_OK;
}
