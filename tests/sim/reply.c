/* Stores that answer wrongly, calls from inside callbacks, other calls meanwhile. */
#include "calls.h"

#include <stdio.h>
#include <string.h>

int hostile_reply(bko_memory *memory);

static uint32_t failed;

static void must(const char *where, int32_t status, int32_t wanted)
{
	if (status == wanted)
		return;
	printf("%s: %s instead of %s\n", where, bko_status_name(status), bko_status_name(wanted));
	failed++;
}

/* ---- Re-entry ------------------------------------------------------------------- */

struct host {
	struct bko_store table;
	bko_engine *engine;
	int32_t status, wrong; /* wrong: which answer to spoil, and how */
	uint32_t on_apply, inside, entered;
};

static void enter_again(struct host *h)
{
	uint32_t count = calls_fill();
	void *args[CALL_ARGS];
	if (!h->inside)
		return;
	h->inside = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct call *c = &calls[i];
		for (uint32_t n = 0; n < CALL_ARGS; n++)
			args[n] = c->args[n].kind ? c->data[n] : NULL;
		must(c->name, c->run(h->engine, args), BKO_E_REENTRY);
		h->entered++;
	}
	must("close inside", bko_engine_close(h->engine), BKO_E_REENTRY);
	must("abandon inside", bko_engine_abandon(h->engine), BKO_E_REENTRY);
	must("batch inside", bko_batch_begin(h->engine), BKO_E_REENTRY);
	must("sync inside", bko_engine_sync(h->engine), BKO_E_REENTRY);
}

static void host_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct host *h = host;
	enter_again(h);
	if (h->status && !h->on_apply)
		bko_reply_end(reply, h->status, 0, 0);
	else
		h->table.read(h->table.host, query, reply);
}

static void host_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct host *h = host;
	enter_again(h);
	if (h->status && h->on_apply)
		bko_reply_end(reply, h->status, 0, 0);
	else
		h->table.apply(h->table.host, batch, reply);
}

static int32_t receive(bko_engine *engine, const char *id)
{
	struct bko_op op = {.struct_size = sizeof op, .now_ms = 6000};
	struct bko_receipt r = {.struct_size = sizeof r, .item = {"item", 4}, .quantity = 1};
	op.id.data = id;
	op.id.size = strlen(id);
	return bko_stock_receive(engine, &op, &r, NULL);
}

static void inside_callbacks(bko_memory *memory)
{
	static const int32_t nonsense[] = {-1, 11, 12, 999, INT32_MAX, INT32_MIN};
	struct bko_store store;
	struct host h;
	memset(&h, 0, sizeof h);
	h.table.struct_size = sizeof h.table;
	bko_memory_store(memory, &h.table);
	store = h.table;
	store.host = &h;
	store.read = host_read;
	store.apply = host_apply;
	if (bko_engine_open(NULL, &store, &h.engine)) {
		failed++;
		return;
	}
	h.inside = 1;
	must("with re-entry", receive(h.engine, "r1"), BKO_OK);
	for (uint32_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
		int32_t status;
		h.status = nonsense[i];
		h.on_apply = 0;
		must("nonsense after a read", receive(h.engine, "r2"), BKO_E_CONTRACT);
		h.on_apply = 1;
		status = receive(h.engine, "r2");
		if (status != BKO_E_UNCERTAIN && status != BKO_E_CONTRACT)
			must("nonsense after apply", status, BKO_E_UNCERTAIN);
		h.status = 0;
	}
	h.status = BKO_REPLY_CONFLICT;
	h.on_apply = 0;
	must("a conflict of a read", receive(h.engine, "r3"), BKO_E_CONTRACT);
	h.status = 0;
	must("well again", receive(h.engine, "r3"), BKO_OK);
	bko_engine_close(h.engine);
}

/* ---- Replies by hand --------------------------------------------------------------- */

static bko_engine *pulled;

static int32_t want(struct bko_wanted *wanted, const char *id)
{
	int32_t status = receive(pulled, id);
	memset(wanted, 0, sizeof *wanted);
	wanted->struct_size = sizeof *wanted;
	if (status == BKO_WANT)
		must("wanted", bko_engine_wanted(pulled, wanted), BKO_OK);
	return status;
}

static void wrong_rows(struct bko_wanted *w, uint32_t how)
{
	const struct bko_query *q = w->query;
	static uint8_t big[4096];
	uint32_t index = 0;
	for (uint32_t i = 0; i < q->count; i++)
		if ((how >= 5 && how <= 7) == (q->reads[i].end.size != 0))
			index = i;
	switch (how) {
	case 0: bko_reply_row(w->reply, (uint32_t)q->count, "k", 1, "v", 1, 1, 0); break;
	case 1: bko_reply_row(w->reply, UINT32_MAX, "k", 1, "v", 1, 1, 0); break;
	case 2: bko_reply_row(w->reply, index, "other", 5, "v", 1, 1, 0); break;
	case 3: bko_reply_row(w->reply, index, big, 209, "v", 1, 1, 0); break;
	case 4:
		bko_reply_row(w->reply, index, q->reads[index].key.data, q->reads[index].key.size,
		              big, 1025, 1, 0);
		break;
	case 5: bko_reply_row(w->reply, index, "A", 1, "v", 1, 1, 0); break;
	case 6:
		bko_reply_row(w->reply, index, q->reads[index].end.data, q->reads[index].end.size,
		              "v", 1, 1, 0);
		break;
	default: /* twice the same row, of a range or asked for by itself */
		for (uint32_t i = 0; i < 2; i++)
			bko_reply_row(w->reply, index, q->reads[index].key.data,
			              q->reads[index].key.size, "v", 1, 1, 0);
		break;
	}
	bko_reply_end(w->reply, BKO_REPLY_DONE, 0, 0);
}

static void by_hand(bko_memory *memory)
{
	struct bko_options options = {.struct_size = sizeof options, .pull = 1};
	struct bko_store table = {.struct_size = sizeof table},
			 store = {.struct_size = sizeof store};
	struct bko_wanted w = {.struct_size = sizeof w};
	uint32_t count, how;
	bko_memory_store(memory, &table);
	store.caps = BKO_STORE_SNAPSHOT;
	must("pull", bko_engine_open(&options, &store, &pulled), BKO_OK);
	must("nothing yet", bko_engine_wanted(pulled, &w), BKO_OK);
	must("nothing yet", (int32_t)w.kind, BKO_WANTED_NOTHING);
	must("settings", want(&w, "p1"), BKO_WANT);
	table.read(table.host, w.query, w.reply);
	must("rows", want(&w, "p1"), BKO_WANT);
	/* another call meanwhile */
	count = calls_fill();
	for (uint32_t i = 0; i < count; i++) {
		struct call *c = &calls[i];
		void *args[CALL_ARGS];
		for (uint32_t n = 0; n < CALL_ARGS; n++)
			args[n] = c->args[n].kind ? c->data[n] : NULL;
		must(c->name, c->run(pulled, args), BKO_E_MISUSE);
	}
	must("another id", receive(pulled, "p2"), BKO_E_MISUSE);
	must("unanswered", want(&w, "p1"), BKO_WANT);
	for (how = 0; how < 9; how++) {
		wrong_rows(&w, how);
		must("after the end", bko_reply_row(w.reply, 0, "k", 1, "v", 1, 1, 0),
		     BKO_E_MISUSE);
		bko_reply_end(w.reply, BKO_REPLY_DONE, 0, 0);
		must("wrong rows", receive(pulled, "p1"), BKO_E_CONTRACT);
		must("rows again", want(&w, "p1"), BKO_WANT);
	}
	table.read(table.host, w.query, w.reply);
	must("batch", want(&w, "p1"), BKO_WANT);
	must("batch", (int32_t)w.kind, BKO_WANTED_APPLY);
	must("more of a batch", bko_reply_more(w.reply, 0), BKO_E_MISUSE);
	must("abandon", bko_engine_abandon(pulled), BKO_OK);
	must("abandoned", bko_reply_row(w.reply, 0, "k", 1, "v", 1, 1, 0), BKO_E_MISUSE);
	must("again", want(&w, "p1"), BKO_WANT);
	bko_reply_end(w.reply, BKO_REPLY_CONFLICT, 0, 0);
	must("conflict of a read", receive(pulled, "p1"), BKO_E_CONTRACT);
	must("close while pending", bko_engine_close(pulled), BKO_OK);
}

int hostile_reply(bko_memory *memory)
{
	inside_callbacks(memory);
	by_hand(memory);
	return (int)failed;
}
