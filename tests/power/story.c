#include "story.h"

#include "../history/script.h"
#include "device.h"

#include <stdlib.h>
#include <string.h>

/* ---- A store is asked ------------------------------------------------------------------ */

struct answer {
	int32_t status;
	uint64_t revision;
};

static void hear_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	struct answer *answer = host;
	(void)native;
	answer->status = status;
	answer->revision = revision;
}

static bko_reply *open_reply(struct answer *answer, uint64_t *memory)
{
	struct bko_sink sink = {.struct_size = sizeof sink, .host = answer, .end = hear_end};
	bko_reply *reply = NULL;
	answer->status = BKO_REPLY_SILENT;
	answer->revision = 0;
	if (bko_reply_open(&sink, memory, BKO_REPLY_BYTES, &reply) != BKO_OK)
		abort();
	return reply;
}

int32_t answer_apply(const struct bko_store *store, const struct bko_batch *batch,
                     uint64_t *revision)
{
	uint64_t memory[BKO_REPLY_BYTES / 8];
	struct answer answer;
	store->apply(store->host, batch, open_reply(&answer, memory));
	if (revision)
		*revision = answer.revision;
	return answer.status;
}

int32_t answer_sync(const struct bko_store *store)
{
	uint64_t memory[BKO_REPLY_BYTES / 8];
	struct answer answer;
	store->sync(store->host, open_reply(&answer, memory));
	return answer.status;
}

/* ---- Stories ----------------------------------------------------------------------------- */

const struct bko_batch *story_other(void)
{
	static const struct bko_entry entries[] = {
		{{"~other", 6}, {"instead of the next", 19}, 0, 0, BKO_GUARD_NONE, BKO_ACTION_PUT},
	};
	static const struct bko_batch batch = {sizeof batch, 0, entries, 1};
	return &batch;
}

/* Hashes of the state as it is, and with the other batch on top. */
static int take_hashes(struct story *s)
{
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_entry back = story_other()->entries[0];
	struct bko_batch undo = {sizeof undo, 0, &back, 1};
	int failed = bko_memory_hash(s->memory, &s->hashes[s->count]) != BKO_OK;
	back.action = BKO_ACTION_DELETE;
	bko_memory_store(s->memory, &store);
	failed |= answer_apply(&store, story_other(), NULL) != BKO_REPLY_DONE;
	failed |= bko_memory_hash(s->memory, &s->others[s->count]) != BKO_OK;
	failed |= answer_apply(&store, &undo, NULL) != BKO_REPLY_DONE;
	return failed;
}

int story_open(struct story *s)
{
	s->count = s->entry_count = s->byte_count = 0;
	s->first[0] = 0;
	return bko_memory_open(NULL, &s->memory) || take_hashes(s);
}

void story_close(struct story *s)
{
	bko_memory_close(s->memory);
}

struct bko_batch story_batch(const struct story *s, uint32_t n)
{
	struct bko_batch batch = {sizeof batch, 0, s->entries + s->first[n],
	                          s->first[n + 1] - s->first[n]};
	return batch;
}

int32_t story_find(const struct story *s, uint64_t hash, uint32_t from, uint32_t to)
{
	for (uint32_t n = to + 1; n-- > from;)
		if (s->hashes[n] == hash)
			return (int32_t)n;
	return -1;
}

static struct bko_span keep(struct story *s, const struct bko_span *span)
{
	struct bko_span kept = {s->bytes + s->byte_count, span->size};
	if (span->size)
		memcpy(s->bytes + s->byte_count, span->data, span->size);
	s->byte_count += (uint32_t)span->size;
	return kept;
}

int story_add(struct story *s, const struct bko_batch *batch)
{
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_batch kept;
	size_t bytes = 0;
	for (size_t i = 0; i < batch->count; i++)
		bytes += batch->entries[i].key.size + batch->entries[i].value.size;
	if (s->count == STORY_BATCHES || s->entry_count + batch->count > STORY_ENTRIES ||
	    s->byte_count + bytes > STORY_BYTES)
		return 1;
	for (size_t i = 0; i < batch->count; i++) {
		const struct bko_entry *e = &batch->entries[i];
		struct bko_entry *to = &s->entries[s->entry_count];
		if (e->action == BKO_ACTION_NONE)
			continue;
		memset(to, 0, sizeof *to);
		to->action = e->action;
		to->key = keep(s, &e->key);
		if (e->action == BKO_ACTION_PUT)
			to->value = keep(s, &e->value);
		s->entry_count++;
	}
	s->first[++s->count] = s->entry_count;
	kept = story_batch(s, s->count - 1);
	bko_memory_store(s->memory, &store);
	if (answer_apply(&store, &kept, NULL) != BKO_REPLY_DONE)
		abort();
	return take_hashes(s);
}

/* ---- Random ones ------------------------------------------------------------------------ */

static int compare_keys(const void *a, const void *b)
{
	const struct bko_span *x = &((const struct bko_entry *)a)->key;
	const struct bko_span *y = &((const struct bko_entry *)b)->key;
	int c = memcmp(x->data, y->data, x->size < y->size ? x->size : y->size);
	return c ? c : (x->size > y->size) - (x->size < y->size);
}

static void random_batch(struct story *s, const struct story_kind *kind, uint64_t *random)
{
	enum { MOST = 16 };
	static uint8_t keys[MOST][16], values[MOST][BKO_VALUE_MAX];
	struct bko_entry entries[MOST];
	struct bko_batch batch = {sizeof batch, 0, entries, 0};
	uint32_t count = 1 + (uint32_t)(device_random(random) % kind->most_entries), kept = 0;
	memset(entries, 0, sizeof entries);
	for (uint32_t i = 0; i < count && i < MOST; i++) {
		uint32_t key = (uint32_t)(device_random(random) % kind->keys);
		uint32_t size = (uint32_t)(device_random(random) % (kind->largest + 1));
		/* keys of 1 to 13 bytes, some of them the beginning of others */
		memset(keys[i], 'k', sizeof keys[i]);
		keys[i][key % 13] = (uint8_t)('a' + key / 13 % 26);
		entries[i].key.data = keys[i];
		entries[i].key.size = 1 + key % 13;
		entries[i].action = device_random(random) % 100 < kind->deletes ? BKO_ACTION_DELETE
		                                                                : BKO_ACTION_PUT;
		for (uint32_t k = 0; k < size; k++) /* runs of what erased bytes are, too */
			values[i][k] = (uint8_t)(i % 3 == 0   ? device_random(random)
			                         : i % 3 == 1 ? 0xff
			                                      : 0);
		entries[i].value.data = values[i];
		entries[i].value.size = size;
		batch.count++;
	}
	qsort(entries, batch.count, sizeof *entries, compare_keys);
	for (uint32_t i = 0; i < batch.count; i++)
		if (kept == 0 || compare_keys(&entries[kept - 1], &entries[i]))
			entries[kept++] = entries[i];
	batch.count = kept;
	story_add(s, &batch);
}

void story_random(struct story *s, const struct story_kind *kind, uint64_t seed)
{
	for (uint32_t i = 0; i < kind->batches; i++)
		random_batch(s, kind, &seed);
}

/* ---- What an engine writes -------------------------------------------------------------- */

struct listener {
	struct bko_store store; /* in memory, that the engine uses */
	struct story *story;
	int full;
};

static void hear_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct listener *l = host;
	l->store.read(l->store.host, query, reply);
}

static void hear_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct listener *l = host;
	uint64_t revision;
	int32_t status = answer_apply(&l->store, batch, &revision);
	if (status == BKO_REPLY_DONE)
		l->full |= story_add(l->story, batch);
	bko_reply_end(reply, status, revision, 0);
}

int story_engine(struct story *s, uint32_t count)
{
	static struct op ops[SCRIPT_MAX];
	uint32_t all = script(ops);
	struct listener l = {.store = {.struct_size = sizeof l.store}, .story = s};
	struct bko_options options = {.struct_size = sizeof options, .max_lines = 8};
	bko_memory *memory = NULL;
	bko_engine *engine = NULL;
	struct bko_store store;
	int failed = bko_memory_open(NULL, &memory) != BKO_OK;
	bko_memory_store(memory, &l.store);
	store = l.store;
	store.host = &l;
	store.read = hear_read;
	store.apply = hear_apply;
	store.measure = NULL;
	failed = failed || bko_engine_open(&options, &store, &engine) != BKO_OK;
	for (uint32_t i = 0; i < all && i < count && !failed; i++) {
		struct op_result result;
		drive(engine, &ops[i], &result);
		failed = l.full || result.status != BKO_OK ||
		         drive_quiet(engine, ops[i].now) != BKO_OK;
	}
	bko_engine_close(engine);
	bko_memory_close(memory);
	return failed;
}
