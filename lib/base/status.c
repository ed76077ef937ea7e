/*
 * status.c - names, texts and classes of status codes, in one switch.
 */
#include "backorder/types.h"

struct status {
	const char *name, *text;
	uint32_t class_bits;
};

static struct status status_of(int32_t code)
{
#define STATUS(name, text, bits)                       \
	case name: {                                   \
		struct status s = {#name, text, bits}; \
		return s;                              \
	}
	switch (code) {
		STATUS(BKO_OK, "success", 0)
		STATUS(BKO_WANT, "the host must answer what is wanted, then repeat the call", 0)
		STATUS(BKO_E_MISUSE, "missing pointer, closed handle, or call in the wrong state",
		       BKO_CLASS_MISUSE)
		STATUS(BKO_E_ARGUMENT, "an argument has a value that no rule admits",
		       BKO_CLASS_MISUSE)
		STATUS(BKO_E_STRUCT_SIZE, "a struct has a size that no release had",
		       BKO_CLASS_MISUSE)
		STATUS(BKO_E_STRUCT_NEWER, "a struct uses members this library does not know",
		       BKO_CLASS_MISUSE)
		STATUS(BKO_E_RANGE, "a quantity or time is, or would be, outside its range", 0)
		STATUS(BKO_E_UNSUPPORTED, "not available in this release, build or store", 0)
		STATUS(BKO_E_REENTRY, "called from inside a callback of the same object",
		       BKO_CLASS_MISUSE)
		STATUS(BKO_E_NO_MEMORY, "no memory left", BKO_CLASS_RETRYABLE)
		STATUS(BKO_E_TOO_LARGE, "more lines, rows or bytes than a limit admits", 0)
		STATUS(BKO_E_FULL, "the store has no room left", BKO_CLASS_RETRYABLE)
		STATUS(BKO_E_BATCH_FULL, "the call does not fit into the open batch",
		       BKO_CLASS_RETRYABLE)
		STATUS(BKO_E_BUSY, "open children forbid this", 0)
		STATUS(BKO_E_BUFFER, "the buffer is too small", 0)
		STATUS(BKO_E_IO, "the store failed; nothing was applied", BKO_CLASS_RETRYABLE)
		STATUS(BKO_E_READ_ONLY, "the store takes no changes", 0)
		STATUS(BKO_E_CORRUPT, "a record is damaged", BKO_CLASS_DAMAGE)
		STATUS(BKO_E_FORMAT, "written by a newer release, or not a store of this library",
		       BKO_CLASS_DAMAGE)
		STATUS(BKO_E_CONTRACT, "the store broke its contract", BKO_CLASS_DAMAGE)
		STATUS(BKO_E_CONTENDED, "retries used up; nothing was applied", BKO_CLASS_RETRYABLE)
		STATUS(BKO_E_UNCERTAIN, "unknown whether it happened; repeat it with the same id",
		       BKO_CLASS_RETRYABLE | BKO_CLASS_UNCERTAIN)
		STATUS(BKO_E_CONFLICT, "the batch lost a race; nothing of it was applied",
		       BKO_CLASS_RETRYABLE)
		STATUS(BKO_E_CHANGED, "what the cursor stands on has changed", BKO_CLASS_RETRYABLE)
		STATUS(BKO_E_NOT_FOUND, "no such record", 0)
		STATUS(BKO_E_MISMATCH, "the id was used before for another request", 0)
		STATUS(BKO_E_STATE, "not possible in the present status", 0)
		STATUS(BKO_E_STALE, "counted against an older physical revision", 0)
		STATUS(BKO_E_INSUFFICIENT, "more was named than there is", 0)
		STATUS(BKO_E_EXPIRED, "the hold has run out", 0)
		STATUS(BKO_E_VOID, "the operation was resolved as void", 0)
		STATUS(BKO_E_EXISTS, "already there, and not the same", 0)
	default: {
		struct status s = {"BKO_E_UNKNOWN_STATUS", "a status this release does not know",
		                   0};
		return s;
	}
	}
#undef STATUS
}

const char *bko_status_name(int32_t status)
{
	return status_of(status).name;
}

const char *bko_status_text(int32_t status)
{
	return status_of(status).text;
}

uint32_t bko_status_class(int32_t status)
{
	return status_of(status).class_bits;
}

uint32_t bko_version(void)
{
	return (uint32_t)BKO_VERSION_MAJOR << 16 | (uint32_t)BKO_VERSION_MINOR << 8 |
	       (uint32_t)BKO_VERSION_PATCH;
}

uint32_t bko_abi_version(void)
{
	return BKO_ABI;
}
