/* The rules checked on what the public face shows, without the model: sums of
 * lines against totals of positions, nothing negative, nobody waiting beside
 * open units; and the ledger: what the events add up to is the state. */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* What the lines of all orders add up to at a position. */
struct sums {
	int loose;
	int64_t allocated, backordered, parked;
};

struct view {
	struct sums sums[OP_ITEMS][OP_LOCATIONS];
	struct bko_position positions[OP_ITEMS][OP_LOCATIONS];
	int there[OP_ITEMS][OP_LOCATIONS];
};

static int broken(struct world *w, const char *rule, int64_t of, int64_t at, int64_t a, int64_t b)
{
	snprintf(w->why, sizeof w->why, "%s is broken at %lld, %lld: %lld, %lld", rule,
	         (long long)of, (long long)at, (long long)a, (long long)b);
	return 1;
}

static int view_items(struct world *w, int64_t now, struct view *v)
{
	for (int32_t i = 0; i < OP_ITEMS; i++) {
		struct bko_position found[OP_LOCATIONS];
		struct name n;
		bko_item *handle = NULL;
		size_t count = 0;
		int32_t status = bko_item_open(w->engine, now, name_item(&n, i), &handle);
		if (status == BKO_E_NOT_FOUND)
			continue;
		if (status == BKO_OK)
			status = bko_item_read(handle, 0, found, OP_LOCATIONS, sizeof *found,
			                       &count);
		bko_item_close(handle);
		if (status != BKO_OK)
			return broken(w, "reading", i, 0, status, 0);
		for (size_t k = 0; k < count; k++) {
			int32_t at = location_of(&found[k].location);
			v->positions[i][at] = found[k];
			v->there[i][at] = 1;
		}
	}
	return 0;
}

/* A hold that ran out at one of its positions is dead, though another one, settled to an
 * earlier time, still counts its units: there the sums may be lower by what is held. */
static void note_expired(struct view *v, const struct bko_order_info *info,
                         const struct bko_line_info *lines, const struct bko_place_info *places,
                         size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int32_t item = number_of(&lines[places[i].line].item);
		int32_t at = location_of(&places[i].location);
		if (v->positions[item][at].settled_ms < info->hold_until_ms)
			v->sums[item][at].loose = 1;
	}
}

static int view_order(struct world *w, int64_t now, uint32_t id, struct view *v)
{
	struct bko_order_info info = {.struct_size = sizeof info};
	struct bko_line_info lines[OP_LINES];
	struct bko_place_info places[OP_LINES * MODEL_PLACES];
	struct name n;
	bko_order *handle = NULL;
	size_t line_count = 0, place_count = 0;
	int32_t status = bko_order_open(w->engine, now, name_order(&n, id), &handle);
	if (status == BKO_OK)
		status = bko_order_read(handle, &info);
	if (status == BKO_OK)
		status = bko_order_lines(handle, 0, lines, OP_LINES, sizeof *lines, &line_count);
	if (status == BKO_OK)
		status = bko_order_places(handle, 0, places, OP_LINES * MODEL_PLACES,
		                          sizeof *places, &place_count);
	bko_order_close(handle);
	if (status != BKO_OK)
		return broken(w, "reading", id, 0, status, 0);
	for (size_t i = 0; i < line_count; i++) {
		const struct bko_line_info *l = &lines[i];
		int64_t all =
			l->allocated + l->scheduled + l->backordered + l->shipped + l->cancelled;
		if (l->ordered != all || l->allocated < 0 || l->backordered < 0 || l->shipped < 0 ||
		    l->cancelled < 0 || l->picked < 0 || l->picked > l->allocated ||
		    l->returned > l->shipped)
			return broken(w, "Q2", id, (int64_t)i, l->ordered, all);
	}
	if (info.status == BKO_STATUS_EXPIRED)
		note_expired(v, &info, lines, places, place_count);
	if (info.status == BKO_STATUS_EXPIRED || info.status == BKO_STATUS_REFUSED)
		return 0;
	for (size_t i = 0; i < place_count; i++) {
		const struct bko_place_info *p = &places[i];
		int32_t item = number_of(&lines[p->line].item);
		struct sums *s = &v->sums[item][location_of(&p->location)];
		if (info.status == BKO_STATUS_HELD && info.hold_until_ms <= now)
			return broken(w, "R2", id, p->line, info.hold_until_ms, now);
		s->allocated += p->untracked ? 0 : p->allocated;
		s->backordered += p->untracked ? 0 : p->backordered;
		if (info.status == BKO_STATUS_HELD || lines[p->line].stops)
			s->parked += p->backordered;
	}
	return 0;
}

static int check_position(struct world *w, const struct view *v, int32_t item, int32_t at)
{
	const struct bko_position *p = &v->positions[item][at];
	const struct sums *s = &v->sums[item][at];
	const struct bko_policy *policy = &w->model->positions[item][at].policy;
	int64_t came = p->received + p->returned + p->adjusted + p->transferred_in -
	               p->transferred_out - p->shipped;
	if (p->on_hand != came)
		return broken(w, "Q1", item, at, p->on_hand, came);
	if (s->loose
	            ? p->allocated < s->allocated || p->allocated > s->allocated + p->held_allocated
	            : p->allocated != s->allocated)
		return broken(w, "Q3 (allocated)", item, at, p->allocated, s->allocated);
	if (s->loose ? p->backordered < s->backordered ||
	                       p->backordered > s->backordered + p->held_backordered
	             : p->backordered != s->backordered)
		return broken(w, "Q3 (backordered)", item, at, p->backordered, s->backordered);
	if (p->on_hand < 0 || p->open < 0 || p->buffer < 0 || p->unavailable < 0 ||
	    p->incoming < 0 || p->outside < 0 || p->outside > p->backordered || p->missing < 0)
		return broken(w, "Q4 (negative)", item, at, p->on_hand, p->open);
	if (p->on_hand !=
	    p->open + p->buffer + p->kept + p->allocated - p->missing + p->unavailable)
		return broken(w, "Q4", item, at, p->on_hand, p->open);
	if (!p->serving && p->open >= policy->quantum &&
	    s->backordered - s->parked >= policy->quantum)
		return broken(w, "Q6", item, at, p->open, s->backordered - s->parked);
	return 0;
}

int check_rules(struct world *w, int64_t now)
{
	struct view v;
	memset(&v, 0, sizeof v);
	if (view_items(w, now, &v))
		return 1;
	for (uint32_t i = 0; i < w->model->order_count; i++)
		if (!w->model->orders[i].refused && !w->model->orders[i].pruned &&
		    view_order(w, now, w->model->orders[i].id, &v))
			return 1;
	for (int32_t i = 0; i < OP_ITEMS; i++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++)
			if (v.there[i][k] && check_position(w, &v, i, k))
				return 1;
	return 0;
}

/* ---- The ledger ------------------------------------------------------------------------ */

/* One event's part in what is there, set aside and waited for. */
static void fold(struct ledger *l, const struct bko_event *e)
{
	int32_t item = number_of(&e->item), at = location_of(&e->location);
	int to_line = e->order.size && e->kind != BKO_EVENT_ADJUSTED;
	int64_t n = e->amount;
	if (item < 0 || at < 0)
		return;
	switch (e->kind) {
	case BKO_EVENT_RECEIVED:
	case BKO_EVENT_ADJUSTED:
	case BKO_EVENT_TRANSFERRED: l->on_hand[item][at] += n; break;
	case BKO_EVENT_RETURNED:
		l->on_hand[item][at] += e->detail <= BKO_RETURN_BUCKET ? n : 0;
		break;
	case BKO_EVENT_SHIPPED:
	case BKO_EVENT_VOIDED:
		n = e->kind == BKO_EVENT_SHIPPED ? -n : n;
		l->on_hand[item][at] += n;
		l->allocated[item][at] += to_line ? n : 0;
		break;
	case BKO_EVENT_ALLOCATED:
		l->backordered[item][at] -= e->detail == BKO_BY_SERVING ? n : 0;
		l->allocated[item][at] += n;
		break;
	case BKO_EVENT_UNALLOCATED: l->allocated[item][at] += n; break;
	case BKO_EVENT_BACKORDERED: l->backordered[item][at] += n; break;
	case BKO_EVENT_HOLD_EXPIRED:
		l->allocated[item][at] -= n;
		l->backordered[item][at] -= e->other;
		break;
	case BKO_EVENT_BUCKET: l->unavailable[item][at] += n; break;
	default: break;
	}
}

/* Untracked units are told like others, but no position counts them. */
static int has_untracked(const struct model *m, int32_t item)
{
	for (uint32_t i = 0; i < m->order_count; i++)
		for (uint32_t k = 0; k < m->orders[i].line_count; k++)
			for (int32_t n = 0; n < m->orders[i].lines[k].place_count; n++)
				if (m->orders[i].lines[k].item == item &&
				    m->orders[i].lines[k].places[n].untracked)
					return 1;
	return 0;
}

/* The events of all lanes since the last step, in dense numbers. */
int ledger_read(struct world *w)
{
	struct bko_event events[16];
	for (uint32_t lane = 0; lane < w->setup.lanes; lane++) {
		size_t count = 1;
		while (count) {
			uint64_t *last = &w->ledger.next[lane];
			int32_t status = bko_event_read(w->engine, lane, *last, events, 16,
			                                sizeof *events, &count);
			if (status != BKO_OK)
				return broken(w, "reading events", lane, (int64_t)*last, status, 0);
			for (size_t i = 0; i < count; i++) {
				if (events[i].number != ++*last)
					return broken(w, "E2", lane, (int64_t)*last,
					              (int64_t)events[i].number, 0);
				fold(&w->ledger, &events[i]);
			}
		}
	}
	return 0;
}

int check_ledger(struct world *w)
{
	struct ledger *l = &w->ledger;
	if (ledger_read(w))
		return 1;
	for (int32_t i = 0; i < OP_ITEMS; i++)
		l->untracked[i] |= has_untracked(w->model, i);
	for (int32_t i = 0; i < OP_ITEMS; i++)
		for (int32_t k = 0; k < OP_LOCATIONS && !l->untracked[i]; k++) {
			struct bko_position p;
			model_position(w->model, i, k, &p);
			if (l->on_hand[i][k] != p.on_hand)
				return broken(w, "E1 (on hand)", i, k, p.on_hand, l->on_hand[i][k]);
			if (l->allocated[i][k] != p.allocated)
				return broken(w, "E1 (allocated)", i, k, p.allocated,
				              l->allocated[i][k]);
			if (l->backordered[i][k] != p.backordered)
				return broken(w, "E1 (backordered)", i, k, p.backordered,
				              l->backordered[i][k]);
			if (l->unavailable[i][k] != p.unavailable)
				return broken(w, "E1 (buckets)", i, k, p.unavailable,
				              l->unavailable[i][k]);
		}
	return 0;
}
