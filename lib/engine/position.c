/*
 * position.c - see position.h: keys, loading, views, the end of a call.
 */
#include "engine/position.h"

#include "base/number.h"
#include "engine/agenda.h"
#include "engine/demand.h"
#include "engine/news.h"
#include "rules/calendar.h"
#include "rules/policy.h"
#include "rules/position.h"

int32_t bko__base_want(struct bko_engine *engine)
{
	struct bko__key *key = &engine->room.key;
	struct bko__row *row;
	int32_t status;

	if (!engine->settled_in) {
		/* the number of lanes decides what else is read */
		bko__key_begin(key, 'S');
		row = bko__want(engine, key, 0);
		status = bko__fetch(engine);
		if (!status)
			status = bko__settings_load(engine, row);
		if (status)
			return status;
	}
	bko__want_defaults(engine);
	return engine->tx.status;
}

int32_t bko__settings_load(struct bko_engine *engine, struct bko__row *row)
{
	const struct bko_options *options = &engine->options;
	struct bko__settings *settings = &engine->settings;
	struct bko__writer w;

	if (row->present) {
		if (bko__settings_get(bko__value(row), settings) || settings->lanes < 1 ||
		    settings->lanes > BKO_LANES_MAX || settings->granule_ms < 1)
			return bko__fail(engine, BKO_E_FORMAT, "the store's header");
		if ((options->lanes && options->lanes != settings->lanes) ||
		    (options->granule_ms && options->granule_ms != settings->granule_ms))
			return bko__fail(engine, BKO_E_EXISTS, "options.lanes or granule_ms");
		engine->settled_in = row->staged == BKO_ACTION_NONE;
		return BKO_OK;
	}
	settings->lanes = options->lanes ? options->lanes : 1;
	settings->granule_ms = options->granule_ms ? options->granule_ms : 60000;
	w = bko__scratch(engine, BKO__ROOM(struct bko__settings));
	bko__settings_put(&w, settings);
	engine->tx.settings_row = row;
	engine->tx.settings_value = w.data;
	engine->tx.settings_size = (uint32_t)w.size;
	return BKO_OK;
}

/* The row is wanted by every call, and mostly the one that was decoded last. */
int32_t bko__base_load(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__defaults *defaults;
	struct bko__row *row;

	if (tx->defaults)
		return BKO_OK;
	row = bko__want_defaults(engine);
	if (row->stored && !row->staged && row->revision == engine->defaults_revision) {
		tx->defaults = &engine->defaults;
		return BKO_OK;
	}
	defaults = bko__take(engine, sizeof *defaults);
	if (!defaults)
		return tx->status;
	memset(defaults, 0, sizeof *defaults);
	defaults->policy.struct_size = sizeof defaults->policy;
	if (row->present && bko__defaults_get(bko__value(row), defaults))
		return bko__fail(engine, BKO_E_CORRUPT, "the defaults");
	if (row->stored && !row->staged) {
		engine->defaults = *defaults;
		engine->defaults_revision = row->revision;
	}
	tx->defaults = defaults;
	return BKO_OK;
}

struct bko__defaults *bko__defaults_copy(struct bko_engine *engine)
{
	struct bko__defaults *copy = bko__take(engine, sizeof *copy);

	if (copy)
		*copy = *engine->tx.defaults;
	return copy;
}

void bko__defaults_change(struct bko_engine *engine, const struct bko__defaults *defaults)
{
	struct bko__writer w = bko__scratch(engine, BKO_VALUE_MAX);
	struct bko__key *key = &engine->room.key;

	engine->tx.defaults = defaults;
	bko__defaults_put(&w, defaults);
	bko__key_begin(key, 'D');
	bko__put_scratch(engine, bko__want(engine, key, 0), &w);
}

void bko__pos_key(const struct bko_span *item, const struct bko_span *location,
                  struct bko__key *key)
{
	bko__key_begin(key, 'I');
	bko__key_id(key, item->data, item->size);
	bko__key_id(key, location->data, location->size);
}

void bko__pos_subkey(const struct bko__pos *pos, uint8_t kind, struct bko__key *key)
{
	memcpy(key->bytes, pos->row->key, pos->row->key_size);
	key->size = pos->row->key_size;
	bko__key_byte(key, kind);
}

int64_t bko__granule(const struct bko_engine *engine, int64_t time)
{
	int64_t granule = engine->settings.granule_ms;

	return bko__min((time + granule - 1) / granule * granule, BKO__TIME_MAX - 1);
}

/* Rows that a remote store is asked for at once, a lending one when needed. */
static void want_beside(struct bko_engine *engine, struct bko__pos *pos, uint32_t flags)
{
	struct bko__key *key = &engine->room.key;

	if (flags & BKO__POS_SUPPLIES)
		bko__supplies_want(engine, pos);
	if ((flags & BKO__POS_SERVES) && !bko__lends(engine)) {
		bko__pos_subkey(pos, 'w', key);
		pos->queue_range = bko__want_below(engine, key, engine->options.serve_lines);
	}
}

struct bko__pos *bko__pos_want(struct bko_engine *engine, const struct bko_span *item,
                               const struct bko_span *location, uint32_t flags)
{
	struct bko__key *key = &engine->room.key;
	struct bko__row *row;
	struct bko__pos *pos;

	bko__pos_key(item, location, key);
	row = bko__want(engine, key, 0);
	pos = row->object;
	if (!pos) {
		pos = bko__take(engine, sizeof *pos);
		if (!pos)
			return NULL;
		memset(pos, 0, offsetof(struct bko__pos, head));
		pos->row = row;
		pos->item = *item;
		pos->location = *location;
		row->object = pos;
		*engine->tx.positions_end = pos;
		engine->tx.positions_end = &pos->next;
	}
	want_beside(engine, pos, flags);
	return pos;
}

int32_t bko__heads_want(struct bko_engine *engine, const struct bko_span *item)
{
	struct bko__key *from = bko__take(engine, 2 * sizeof *from), *end;
	struct bko__range *range;
	int32_t status = BKO_OK;
	uint32_t length, below;

	if (!from)
		return engine->tx.status;
	end = from + 1;
	bko__key_begin(from, 'I');
	bko__key_id(from, item->data, item->size);
	bko__key_after(from, end);
	below = from->size;
	bko__key_byte(from, 0);
	while (!status) {
		range = bko__want_range(engine, from, end, 1);
		status = bko__fetch(engine);
		if (status || !range->count)
			break;
		length = range->rows[0]->key[below];
		if (length > BKO_ID_MAX || range->rows[0]->key_size < below + 1 + length)
			return bko__fail(engine, BKO_E_CORRUPT, "a key");
		if (range->rows[0]->key_size == below + 1 + length) {
			struct bko_span location = {range->rows[0]->key + below + 1, length};

			bko__pos_want(engine, item, &location, 0);
		}
		/* on, behind everything below this location */
		memcpy(from->bytes, range->rows[0]->key, below + 1 + length);
		from->size = below + 1 + length;
		bko__key_after(from, from);
	}
	return status;
}

/* First pass: what the rows say; wants the policies of heads that are behind. */
static int32_t decode(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__key *key = &engine->room.key;

	pos->exists = pos->row->present;
	pos->lane = bko__lane_of(engine, &pos->item);
	if (pos->exists) {
		if (bko__head_load(engine, pos->row, &pos->head))
			return bko__fail(engine, BKO_E_CORRUPT, "a position");
		pos->known = 1;
	} else {
		bko__head_new(&pos->head);
	}
	pos->due_before = pos->head.due;
	if (pos->exists && pos->head.policy_version == engine->tx.defaults->version)
		return BKO_OK;
	bko__key_begin(key, 'I');
	bko__key_id(key, pos->item.data, pos->item.size);
	pos->item_row = bko__want(engine, key, 0);
	bko__pos_subkey(pos, 'p', key);
	pos->policy_row = bko__want(engine, key, 0);
	return engine->tx.status;
}

/* Second pass: the policy that applies. */
static int32_t derive(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko_policy *policy = &engine->room.policy, *own = &engine->room.own;
	struct bko__item *item = &engine->room.item;

	if (!pos->item_row)
		return BKO_OK;
	bko__policy_library(policy);
	bko__policy_over(policy, &engine->tx.defaults->policy);
	if (pos->item_row->present) {
		if (bko__item_get(bko__value(pos->item_row), item))
			return bko__fail(engine, BKO_E_CORRUPT, "an item");
		bko__policy_over(policy, &item->policy);
		pos->known = 1;
	}
	if (pos->policy_row->present) {
		if (bko__policy_get(bko__value(pos->policy_row), own))
			return bko__fail(engine, BKO_E_CORRUPT, "a policy");
		bko__policy_over(policy, own);
	}
	bko__policy_apply(&pos->head, policy);
	pos->head.policy_version = engine->tx.defaults->version;
	bko__agenda_policy_due(pos);
	pos->dirty |= pos->exists;
	return BKO_OK;
}

/* The bit as settled decides for the operation, so settling is a step of its own. */
static void follow_switch(struct bko_engine *engine, struct bko__pos *pos)
{
	uint32_t was = pos->head.flags & BKO__H_SWITCHED, is;

	bko__switch_follow(&pos->head);
	is = pos->head.flags & BKO__H_SWITCHED;
	if (was != is)
		bko__pos_tell(engine, pos, is ? BKO_EVENT_SWITCH_OPENED : BKO_EVENT_SWITCH_CLOSED,
		              0, 0, NULL);
}

/* Does what time did, and what defaults that were set meanwhile did to the shelf. */
static int32_t settle(struct bko_engine *engine, struct bko__pos *pos)
{
	int32_t status = BKO_OK;

	if ((pos->head.due > pos->now && !pos->item_row) || !pos->exists)
		return BKO_OK;
	if (pos->head.due <= pos->now)
		status = bko__settle(engine, pos);
	if (!status)
		status = bko__pos_serve(engine, pos);
	if (!status)
		follow_switch(engine, pos);
	return status;
}

/* The bit as it is now decides for the operation. */
static void pos_is_loaded(struct bko__pos *pos)
{
	pos->loaded = 1;
	pos->switched = (pos->head.flags & BKO__H_SWITCHED) != 0;
}

/* Most heads are loaded in the first pass: no policy is newer, nothing is due. */
int32_t bko__positions_load(struct bko_engine *engine, int64_t now)
{
	int32_t status = bko__fetch(engine);
	struct bko__pos *pos;
	uint32_t more = 0;

	if (!status)
		status = bko__base_load(engine);
	for (pos = engine->tx.positions; !status && pos; pos = pos->next) {
		if (pos->loaded)
			continue;
		status = decode(engine, pos);
		pos->now = bko__max(now, pos->head.settled);
		if (pos->item_row || pos->head.due <= pos->now)
			more = 1;
		else
			pos_is_loaded(pos);
	}
	if (status || !more)
		return status;
	status = bko__fetch(engine);
	for (pos = engine->tx.positions; !status && pos; pos = pos->next) {
		if (pos->loaded)
			continue;
		status = derive(engine, pos);
		if (pos->head.due <= pos->now)
			bko__agenda_want(engine, pos);
	}
	if (!status)
		status = bko__fetch(engine);
	for (pos = engine->tx.positions; !status && pos; pos = pos->next) {
		if (pos->loaded)
			continue;
		status = settle(engine, pos);
		pos_is_loaded(pos);
	}
	return status;
}

int32_t bko__positions_reload(struct bko_engine *engine, int64_t now)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__pos *pos;
	uint32_t i;

	for (i = 0; i < tx->count; i++)
		tx->rows[i]->object = NULL;
	for (pos = tx->positions; pos; pos = pos->next) {
		pos->row->object = pos;
		pos->loaded = pos->dirty = pos->new_parts = 0;
		pos->served = pos->asked = pos->refused = pos->undone = 0;
		pos->timeline = NULL;
		pos->supplies_loaded = 0;
		pos->supply_rows = NULL;
	}
	return bko__positions_load(engine, now);
}

void bko__pos_view(const struct bko__pos *pos, uint32_t order_class, struct bko__view *view)
{
	uint32_t of;

	view->head = &pos->head;
	view->timeline = pos->timeline;
	view->calendar = pos->calendar;
	view->switched = pos->switched;
	view->order_class = order_class;
	view->now = pos->now;
	view->need_by = view->order_use = 0;
	view->ahead = bko__ahead_of_new(&pos->head, order_class);
	for (of = 0; of < sizeof view->room / sizeof view->room[0]; of++)
		view->room[of] = -1;
}

void bko__pos_event(const struct bko__pos *pos, uint32_t kind, int64_t amount,
                    struct bko__event *event)
{
	memset(event, 0, sizeof *event);
	event->kind = kind;
	event->amount = amount;
	event->time = pos->now;
	event->item = pos->item;
	event->location = pos->location;
}

void bko__pos_tell(struct bko_engine *engine, const struct bko__pos *pos, uint32_t kind,
                   int64_t amount, uint32_t detail, const struct bko_span *cause)
{
	struct bko__event *event = &engine->room.event;

	bko__pos_event(pos, kind, amount, event);
	event->detail = detail;
	if (cause)
		event->cause = *cause;
	bko__emit(engine, pos->lane, event);
}

void bko__header_put(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;

	if (tx->settings_row)
		bko__put(engine, tx->settings_row, tx->settings_value, tx->settings_size);
}

int32_t bko__finish(struct bko_engine *engine, uint32_t lane, uint64_t *first, uint64_t *count)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__pos *pos;
	int32_t status = tx->status;

	for (pos = tx->positions; !status && pos; pos = pos->next) {
		if (!pos->dirty)
			continue;
		status = bko__pos_serve(engine, pos);
		if (!status)
			status = bko__pos_put(engine, pos);
	}
	if (!status)
		bko__header_put(engine);
	return status ? status : bko__news_put(engine, lane, first, count);
}
