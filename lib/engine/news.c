/*
 * news.c - see news.h.
 */
#include "engine/news.h"

#include "base/hash.h"

enum { EVENT_MAX = BKO__ROOM(struct bko__event) + 4 * BKO_ID_MAX };

uint32_t bko__lane_of(const struct bko_engine *engine, const struct bko_span *id)
{
	struct bko__hash hash;
	uint8_t digest[16];

	if (engine->settings.lanes < 2)
		return 0;
	bko__hash_begin(&hash, 0);
	bko__hash_bytes(&hash, id->data, id->size);
	bko__hash_end(&hash, digest);
	return (uint32_t)(bko__get_le(digest, 4) % engine->settings.lanes);
}

void bko__lanes_want(struct bko_engine *engine)
{
	uint32_t lane;

	if (bko__lends(engine))
		return;
	for (lane = 0; lane < engine->settings.lanes; lane++)
		bko__lane_want(engine, lane);
}

void bko__emit(struct bko_engine *engine, uint32_t lane, const struct bko__event *event)
{
	struct bko__news *news = bko__take(engine, sizeof *news + EVENT_MAX);
	struct bko__writer w;

	if (!news)
		return;
	w.data = news->bytes;
	w.size = 0;
	w.capacity = EVENT_MAX;
	w.full = 0;
	bko__event_write(&w, event);
	news->next = NULL;
	news->lane = lane;
	news->size = (uint32_t)w.size;
	/* what was not needed goes back */
	bko__stack_trim(&engine->tx.work, news, sizeof *news + w.size);
	*engine->tx.news_end = news;
	engine->tx.news_end = &news->next;
}

/* One row of events in the making. */
struct page {
	struct bko__row *row;
	struct bko__writer w;
};

/* The first page of a call in a batch goes on in the last row of its lane. */
static void page_open(struct bko_engine *engine, uint32_t lane, uint64_t number, struct page *page)
{
	struct bko__row *tail = engine->batching && !page->row ? engine->tx.lane_tail[lane] : NULL;
	struct bko__key *key = &engine->room.key;

	page->w = bko__scratch(engine, BKO_VALUE_MAX);
	if (tail) {
		page->row = bko__row_of(engine, tail->key, tail->key_size);
		bko__write_bytes(&page->w, tail->value, tail->value_size);
		return;
	}
	bko__key_begin(key, 'E');
	bko__key_byte(key, (uint8_t)lane);
	bko__key_number(key, number, 6);
	page->row = bko__blind_row(engine, key);
	bko__write_byte(&page->w, BKO__FORMAT);
}

static void page_close(struct bko_engine *engine, struct page *page)
{
	bko__put_scratch(engine, page->row, &page->w);
}

static int32_t put_lane(struct bko_engine *engine, uint32_t lane, uint64_t *first, uint64_t *count)
{
	struct bko__row *row = bko__lane_want(engine, lane);
	int32_t status = bko__fetch(engine);
	struct bko__lane head = {1, 1};
	const struct bko__news *news;
	struct page page = {NULL, {NULL, 0, 0, 0}};
	struct bko__writer w;

	if (status)
		return status;
	if (row->present && bko__lane_get(bko__value(row), &head))
		return bko__fail(engine, BKO_E_CORRUPT, "a lane head");
	*first = head.next;
	for (news = engine->tx.news; news; news = news->next) {
		if (news->lane != lane)
			continue;
		if (!page.row)
			page_open(engine, lane, head.next, &page);
		if (news->size > page.w.capacity - page.w.size) {
			page_close(engine, &page);
			page_open(engine, lane, head.next, &page);
		}
		bko__write_bytes(&page.w, news->bytes, news->size);
		head.next++;
	}
	*count = head.next - *first;
	if (!*count) {
		*first = 0; /* the head is guarded by nobody then: it tells nothing */
		return engine->tx.status;
	}
	page_close(engine, &page);
	w = bko__scratch(engine, BKO__ROOM(struct bko__lane));
	bko__lane_put(&w, &head);
	row->guard = 1;
	bko__put_scratch(engine, row, &w);
	return engine->tx.status;
}

int32_t bko__news_put(struct bko_engine *engine, uint32_t lane, uint64_t *first, uint64_t *count)
{
	uint64_t lanes = (uint64_t)1 << lane, other_first, other_count;
	const struct bko__news *news;
	int32_t status;
	uint32_t i;

	for (news = engine->tx.news; news && engine->settings.lanes > 1; news = news->next) {
		lanes |= (uint64_t)1 << news->lane;
		bko__lane_want(engine, news->lane);
	}
	status = put_lane(engine, lane, first, count);
	lanes &= ~((uint64_t)1 << lane);
	for (i = 0; !status && lanes; i++, lanes >>= 1) {
		if (lanes & 1)
			status = put_lane(engine, i, &other_first, &other_count);
	}
	return status;
}
