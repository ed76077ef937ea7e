/*
 * item_read.c - copies of an item and its positions; the list of items.
 */
#include "base/number.h"
#include "engine/copy.h"
#include "engine/limit.h"
#include "rules/policy.h"
#include "rules/position.h"

enum { ITEM_MAGIC = 0x424b4f49 };

struct copied {
	struct bko_position position;
	struct bko_policy policy;
};

struct bko_item {
	uint32_t magic, count;
	struct bko_engine *engine;
	size_t size;
	struct copied *positions; /* behind this */
};

struct item_opening {
	int64_t now;
	struct bko_span item;
	struct copied *copies; /* of the run: scratch */
	uint32_t count;
};

/* The state of one position, as bko_item_availability tells it. */
static int32_t state_now(struct bko_engine *engine, struct bko__pos *pos, uint32_t *state)
{
	struct bko__decision *decision = &engine->room.decision;
	struct bko__view *view = &engine->room.view;
	struct bko__row *row;
	int32_t status = bko__supplies_load(engine, pos);

	if (status)
		return status;
	bko__pos_view(pos, 0, view);
	row = bko__limit_want(engine, BKO_LIMIT_ITEM, &pos->item);
	status = bko__fetch(engine);
	if (!status)
		status = bko__limit_room(engine, row, pos->now, &view->room[BKO_LIMIT_ITEM]);
	if (status)
		return status;
	bko__decide(view, 0, decision);
	*state = decision->state;
	return BKO_OK;
}

static void copy_figures(const struct bko__pos *pos, struct bko_position *p)
{
	const struct bko__head *head = &pos->head;

	p->struct_size = sizeof *p;
	p->on_hand = head->on_hand;
	p->open = head->open;
	p->buffer = head->buffer;
	p->kept = head->kept;
	p->allocated = head->allocated;
	p->unavailable = head->unavailable;
	p->missing = head->missing;
	p->scheduled = head->scheduled;
	p->backordered = head->backordered;
	p->outside = head->outside;
	p->held_allocated = head->held_allocated;
	p->held_backordered = head->held_backordered;
	p->eligible = head->eligible;
	p->ready = bko__ready_units(head);
	p->incoming = head->incoming;
	p->available_now = bko__whole(bko__available_now(head), head->quantum);
	p->received = head->received;
	p->returned = head->returned;
	p->adjusted = head->adjusted;
	p->transferred_in = head->transferred_in;
	p->transferred_out = head->transferred_out;
	p->shipped = head->shipped;
	p->refused = head->refused;
	p->settled_ms = pos->now;
	p->revision = head->revision;
	p->version = head->version;
	p->serving = (head->flags & BKO__H_SERVING) != 0;
	p->switched = (head->flags & BKO__H_SWITCHED) != 0;
	p->supplies = head->supplies;
	bko__id_out(pos->location, &p->location);
}

static int32_t load_item(struct bko_engine *engine, struct item_opening *o)
{
	struct bko__row *row;
	struct bko__key *key = &engine->room.key;
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	bko__key_begin(key, 'I');
	bko__key_id(key, o->item.data, o->item.size);
	row = bko__want(engine, key, 0);
	status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (!status && !row->present)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "item");
	if (!status)
		status = bko__heads_want(engine, &o->item);
	return status ? status : bko__positions_load(engine, o->now);
}

static int32_t run_item_open(struct bko_engine *engine, void *arguments)
{
	struct item_opening *o = arguments;
	struct bko__pos *pos;
	int32_t status = load_item(engine, o);

	if (status)
		return status;
	o->count = 0;
	for (pos = engine->tx.positions; pos; pos = pos->next)
		o->count++;
	o->copies = bko__take(engine, (o->count + 1) * sizeof *o->copies);
	if (!o->copies)
		return engine->tx.status;
	memset(o->copies, 0, (o->count + 1) * sizeof *o->copies);
	o->count = 0;
	for (pos = engine->tx.positions; !status && pos; pos = pos->next) {
		struct copied *copy = &o->copies[o->count++];

		copy_figures(pos, &copy->position);
		copy->policy.struct_size = sizeof copy->policy;
		bko__policy_of(&pos->head, &copy->policy);
		status = state_now(engine, pos, &copy->position.state);
	}
	bko__undo(engine);
	return status;
}

int32_t bko_item_open(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                      bko_item **handle)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_ITEM_OPEN, item, NULL, 0);
	struct item_opening *o;
	struct bko_item *h;
	size_t size;

	if (status)
		return status;
	o = BKO__CALL(engine, struct item_opening);
	if (!item || !handle)
		return bko__fail(engine, BKO_E_MISUSE, "item or handle");
	*handle = NULL;
	status = bko__check_id(engine, item, 0, "item");
	if (!status && !bko__time_ok(now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	memset(o, 0, sizeof *o);
	o->now = now_ms;
	o->item = *item;
	if (!status)
		status = bko__drive(engine, run_item_open, o);
	if (status)
		return status;
	size = sizeof *h + o->count * sizeof *h->positions;
	h = bko__child_open(engine, size);
	if (!h)
		return engine->error.status;
	h->magic = ITEM_MAGIC;
	h->count = o->count;
	h->engine = engine;
	h->size = size;
	h->positions = (struct copied *)(void *)(h + 1);
	memcpy(h->positions, o->copies, o->count * sizeof *h->positions);
	*handle = h;
	return BKO_OK;
}

int32_t bko_item_read(const bko_item *handle, uint32_t first, struct bko_position *array,
                      size_t capacity, uint32_t stride, size_t *count)
{
	int32_t status;
	uint32_t i;

	if (!handle || handle->magic != ITEM_MAGIC)
		return BKO_E_MISUSE;
	status = bko__check_array(NULL, array, capacity, stride, sizeof *array, count);
	if (status)
		return status;
	*count = 0;
	for (i = first; i < handle->count && *count < capacity; i++, ++*count)
		bko__struct_out((uint8_t *)array + *count * stride, stride,
		                &handle->positions[i].position, sizeof *array);
	return BKO_OK;
}

int32_t bko_item_policy(const bko_item *handle, uint32_t index, struct bko_policy *policy)
{
	if (!handle || handle->magic != ITEM_MAGIC || !policy)
		return BKO_E_MISUSE;
	if (policy->struct_size < sizeof *policy || policy->struct_size > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	if (index >= handle->count)
		return BKO_E_NOT_FOUND;
	bko__struct_out(policy, policy->struct_size, &handle->positions[index].policy,
	                sizeof *policy);
	return BKO_OK;
}

void bko_item_close(bko_item *handle)
{
	if (!handle || handle->magic != ITEM_MAGIC)
		return;
	handle->magic = 0;
	bko__child_close(handle->engine, handle, handle->size);
}

int32_t bko_item_list(bko_engine *engine, struct bko_cursor *cursor, struct bko_id *ids,
                      size_t capacity, size_t *count)
{
	return bko__list_ids(engine, BKO__VERB_ITEM_LIST, 'I', cursor, ids, capacity, count);
}
