/*
 * sink.c - replies that no engine waits for: functions of the host hear them.
 */
#include "engine/engine.h"

/* What lies in the caller's memory. */
struct sunk {
	struct bko_reply reply;
	struct bko_sink sink;
};
typedef char sunk_fits[sizeof(struct sunk) <= BKO_REPLY_BYTES ? 1 : -1];

int32_t bko_reply_open(const struct bko_sink *sink, void *memory, size_t size, bko_reply **reply)
{
	struct sunk *sunk = memory;
	struct bko_sink copy;
	int32_t status;

	if (!sink || !memory || !reply)
		return BKO_E_MISUSE;
	status = bko__take_sized(&copy, sizeof copy, sink, sink->struct_size);
	if (status)
		return status;
	if (copy.reserved || (uintptr_t)memory % sizeof(uint64_t))
		return BKO_E_ARGUMENT;
	if (size < BKO_REPLY_BYTES)
		return BKO_E_BUFFER;
	memset(sunk, 0, sizeof *sunk);
	sunk->sink = copy;
	sunk->reply.sink = &sunk->sink;
	*reply = &sunk->reply;
	return BKO_OK;
}

int32_t bko__sink_row(const struct bko_reply *reply, uint32_t index, const struct bko_span *key,
                      const struct bko_span *value, uint64_t revision, uint64_t hint)
{
	const struct bko_sink *sink = reply->sink;

	if (!sink)
		return BKO_E_MISUSE;
	return sink->row ? sink->row(sink->host, index, key->data, key->size, value->data,
	                             value->size, revision, hint)
	                 : BKO_OK;
}

int32_t bko__sink_more(const struct bko_reply *reply, uint32_t index)
{
	const struct bko_sink *sink = reply->sink;

	if (!sink)
		return BKO_E_MISUSE;
	return sink->more ? sink->more(sink->host, index) : BKO_OK;
}

int32_t bko__sink_measure(const struct bko_reply *reply, uint64_t count, int64_t sum)
{
	const struct bko_sink *sink = reply->sink;

	if (!sink)
		return BKO_E_MISUSE;
	return sink->measure ? sink->measure(sink->host, count, sum) : BKO_OK;
}

void bko__sink_end(const struct bko_reply *reply, int32_t status, uint64_t revision, int64_t native)
{
	const struct bko_sink *sink = reply->sink;

	if (sink && sink->end)
		sink->end(sink->host, status, revision, native);
}
