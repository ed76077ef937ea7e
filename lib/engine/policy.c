/*
 * policy.c - setting policies. A row that changes an item rewrites the heads of
 * all its positions in the same step, so that a sale guards no item record.
 */
#include "rules/policy.h"

#include "base/number.h"
#include "engine/agenda.h"
#include "engine/news.h"
#include "engine/op.h"
#include "rules/position.h"

enum { POSITIONS_MAX = 4096 };

struct setting {
	struct bko_policy_row row;
	struct bko_policy policy;
	int64_t now;
	/* of the run: the item's record, a position's own policy, what follows for it */
	struct bko__item item;
	struct bko_policy own, derived;
};

static int same_policy(const struct bko_policy *a, const struct bko_policy *b)
{
	return !memcmp(&a->set, &b->set, sizeof *a - offsetof(struct bko_policy, set));
}

static int32_t finish(struct bko_engine *engine, uint32_t lane)
{
	uint64_t first, count;

	return bko__finish(engine, lane, &first, &count);
}

static void tell_policy(struct bko_engine *engine, const struct setting *set, uint32_t lane)
{
	struct bko__event *event = &engine->room.event;

	memset(event, 0, sizeof *event);
	event->kind = BKO_EVENT_POLICY;
	event->detail = set->row.scope;
	event->time = set->now;
	event->item = set->row.item;
	event->location = set->row.location;
	bko__emit(engine, lane, event);
}

static int32_t set_defaults(struct bko_engine *engine, struct setting *set)
{
	struct bko__defaults *defaults;
	int32_t status;

	bko__lane_want(engine, 0);
	status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (status)
		return status;
	if (same_policy(&engine->tx.defaults->policy, &set->policy))
		return BKO_OK;
	defaults = bko__defaults_copy(engine);
	if (!defaults)
		return engine->tx.status;
	defaults->policy = set->policy;
	defaults->version++;
	bko__defaults_change(engine, defaults);
	tell_policy(engine, set, 0);
	return finish(engine, 0);
}

static int32_t apply_policy(struct bko_engine *engine, struct setting *set, struct bko__pos *pos,
                            const struct bko_policy *own)
{
	bko__policy_library(&set->derived);
	bko__policy_over(&set->derived, &engine->tx.defaults->policy);
	bko__policy_over(&set->derived, &set->item.policy);
	if (own)
		bko__policy_over(&set->derived, own);
	bko__policy_apply(&pos->head, &set->derived);
	pos->head.policy_version = engine->tx.defaults->version;
	bko__agenda_policy_due(pos);
	pos->dirty = 1;
	return engine->tx.status;
}

static int32_t own_policy(struct bko_engine *engine, struct bko__pos *pos, struct bko_policy *own,
                          uint32_t *has)
{
	struct bko__row *row;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	bko__pos_subkey(pos, 'p', key);
	row = bko__want(engine, key, 0);
	status = bko__fetch(engine);
	*has = row->present;
	if (!status && row->present && bko__policy_get(bko__value(row), own))
		status = bko__fail(engine, BKO_E_CORRUPT, "a policy");
	return status;
}

static int32_t set_item(struct bko_engine *engine, struct setting *set)
{
	uint32_t lane = bko__lane_of(engine, &set->row.item), has;
	struct bko__item *item = &set->item;
	struct bko__row *row;
	struct bko__pos *pos;
	struct bko__writer w;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	bko__key_begin(key, 'I');
	bko__key_id(key, set->row.item.data, set->row.item.size);
	row = bko__want(engine, key, 0);
	bko__lane_want(engine, lane);
	status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (status)
		return status;
	memset(item, 0, sizeof *item);
	if (row->present) {
		if (bko__item_get(bko__value(row), item))
			return bko__fail(engine, BKO_E_CORRUPT, "an item");
		if (same_policy(&item->policy, &set->policy))
			return BKO_OK;
		status = bko__heads_want(engine, &set->row.item);
		if (!status)
			status = bko__positions_load(engine, set->now);
	}
	item->policy = set->policy;
	w = bko__scratch(engine, BKO_VALUE_MAX);
	bko__item_put(&w, item);
	bko__put_scratch(engine, row, &w);
	for (pos = engine->tx.positions; !status && pos; pos = pos->next) {
		bko__pos_subkey(pos, 'p', key);
		bko__want(engine, key, 0); /* all of them in one read */
	}
	for (pos = engine->tx.positions; !status && pos; pos = pos->next) {
		status = own_policy(engine, pos, &set->own, &has);
		if (!status)
			status = apply_policy(engine, set, pos, has ? &set->own : NULL);
	}
	if (status)
		return status;
	tell_policy(engine, set, lane);
	return finish(engine, lane);
}

static int32_t set_position(struct bko_engine *engine, struct setting *set)
{
	struct bko__row *item_row, *row;
	struct bko__pos *pos;
	struct bko__writer w;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	bko__key_begin(key, 'I');
	bko__key_id(key, set->row.item.data, set->row.item.size);
	item_row = bko__want(engine, key, 0);
	pos = bko__pos_want(engine, &set->row.item, &set->row.location, 0);
	if (!pos)
		return engine->tx.status;
	bko__pos_subkey(pos, 'p', key);
	row = bko__want(engine, key, 0);
	bko__lane_want(engine, bko__lane_of(engine, &set->row.item));
	status = bko__positions_load(engine, set->now);
	if (status)
		return status;
	if (!item_row->present)
		return bko__fail(engine, BKO_E_NOT_FOUND, "row.item");
	if (bko__item_get(bko__value(item_row), &set->item) ||
	    (row->present && bko__policy_get(bko__value(row), &set->own)))
		return bko__fail(engine, BKO_E_CORRUPT, "a policy");
	if (pos->exists && row->present ? same_policy(&set->own, &set->policy)
	                                : pos->exists && !set->policy.set) {
		bko__undo(engine); /* what settling put, without its head */
		return BKO_OK;
	}
	w = bko__scratch(engine, BKO_VALUE_MAX);
	bko__policy_put(&w, &set->policy);
	bko__put_scratch(engine, row, &w);
	status = apply_policy(engine, set, pos, &set->policy);
	if (status)
		return status;
	tell_policy(engine, set, pos->lane);
	return finish(engine, pos->lane);
}

static int32_t run_set(struct bko_engine *engine, void *arguments)
{
	struct setting *set = arguments;
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	switch (set->row.scope) {
	case BKO_SCOPE_DEFAULTS: return set_defaults(engine, set);
	case BKO_SCOPE_ITEM: return set_item(engine, set);
	default: return set_position(engine, set);
	}
}

static int32_t check_row(struct bko_engine *engine, const void *at, uint32_t stride,
                         struct setting *set)
{
	int32_t status = bko__struct_in(engine, &set->row, sizeof set->row, at, stride, "row");
	const char *name;

	if (status)
		return status;
	if (set->row.scope > BKO_SCOPE_POSITION || set->row.reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "row.scope");
	status = bko__struct_in(engine, &set->policy, sizeof set->policy, set->row.policy,
	                        set->row.policy ? set->row.policy->struct_size : 0, "row.policy");
	if (!status && set->row.scope != BKO_SCOPE_DEFAULTS)
		status = bko__check_id(engine, &set->row.item, 0, "row.item");
	if (!status && set->row.scope == BKO_SCOPE_POSITION)
		status = bko__check_id(engine, &set->row.location, 1, "row.location");
	if (status)
		return status;
	/* A name that the scope does not have tells that the scope was forgotten. */
	if (set->row.scope == BKO_SCOPE_DEFAULTS && set->row.item.size)
		return bko__fail(engine, BKO_E_ARGUMENT, "row.item");
	if (set->row.scope != BKO_SCOPE_POSITION && set->row.location.size)
		return bko__fail(engine, BKO_E_ARGUMENT, "row.location");
	name = bko__policy_check(&set->policy);
	return name ? bko__fail(engine, BKO_E_ARGUMENT, name) : BKO_OK;
}

/* Whether a failed row leaves the next ones a chance. */
static int goes_on(int32_t status)
{
	return status == BKO_OK || status > BKO_E_NO_MEMORY || status == BKO_E_TOO_LARGE ||
	       status <= BKO_E_NOT_FOUND;
}

int32_t bko_policy_set(bko_engine *engine, int64_t now_ms, const struct bko_policy_row *rows,
                       size_t count, uint32_t stride, int32_t *statuses)
{
	int named = rows && count && stride >= sizeof *rows;
	int32_t status = bko__enter_about(engine, BKO__VERB_POLICY, named ? &rows->item : NULL,
	                                  named ? &rows->location : NULL, count);
	struct bko__progress *progress;
	struct setting *set;
	size_t i;

	if (status)
		return status;
	set = BKO__CALL(engine, struct setting);
	if (!rows && count)
		return bko__fail(engine, BKO_E_MISUSE, "rows");
	if (!bko__time_ok(now_ms))
		return bko__fail(engine, BKO_E_RANGE, "now_ms");
	progress = &engine->progress;
	for (i = (size_t)progress->done; i < count; i++) {
		memset(set, 0, sizeof *set);
		set->now = now_ms;
		status = check_row(engine, (const uint8_t *)rows + i * stride, stride, set);
		if (!status)
			status = bko__drive(engine, run_set, set);
		if (status == BKO_WANT)
			return status;
		if (statuses)
			statuses[i] = status;
		if (status && !progress->status) {
			progress->status = status;
			progress->at = (int64_t)i;
		}
		if (!goes_on(status))
			break;
		progress->done = i + 1;
	}
	for (i++; statuses && i < count && progress->status; i++) {
		if (progress->done < count && i > (size_t)progress->done)
			statuses[i] = BKO_E_STATE;
	}
	engine->error.status = progress->status;
	if (progress->status)
		engine->error.line = (uint32_t)progress->at;
	return progress->status;
}
