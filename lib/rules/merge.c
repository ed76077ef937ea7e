/*
 * merge.c - see merge.h.
 */
#include "rules/merge.h"

#include "rules/calendar.h"

int bko__supply_overdue(const struct bko__supply *supply, int64_t now)
{
	return supply->due && bko__time_add(supply->due, supply->grace) < now;
}

/* Room for one more among those that are there, behind all that do not come after it. */
static void insert_due(struct bko__due *dues, uint32_t count, const struct bko__due *due)
{
	uint32_t at = count;

	for (; at; at--) {
		const struct bko__due *before = &dues[at - 1];

		if (before->date < due->date ||
		    (before->date == due->date && before->index < due->index))
			break;
		dues[at] = *before;
	}
	dues[at] = *due;
}

uint32_t bko__dues_of(const struct bko__supply *supplies, uint32_t count, struct bko__due *dues)
{
	uint32_t i, kept = 0;

	for (i = 0; i < count && kept < BKO_SUPPLIES_MAX; i++) {
		struct bko__due due = {supplies[i].due, supplies[i].expected, supplies[i].grace, i};

		if (due.date && due.units > 0)
			insert_due(dues, kept++, &due);
	}
	return kept;
}

void bko__timeline_build(struct bko__timeline *timeline, const struct bko__due *dues,
                         uint32_t count, struct bko__due *room,
                         const struct bko__calendar *calendar, int64_t now)
{
	uint32_t i;

	timeline->count = count;
	timeline->due = dues;
	if (!count || dues[0].date >= now)
		return;
	timeline->count = 0;
	timeline->due = room;
	for (i = 0; i < count; i++) {
		struct bko__due due = dues[i];

		if (due.date < now) {
			if (bko__time_add(due.date, due.grace) < now)
				continue;
			due.date = bko__calendar_next_day(calendar, now);
		}
		insert_due(room, timeline->count++, &due);
	}
}

int64_t bko__claims_before(const struct bko__head *head, const struct bko__rank *rank)
{
	int64_t claims = head->prior;
	uint32_t band;

	for (band = 0; band <= rank->band; band++)
		claims += head->band[band];
	return claims;
}

void bko__merge_cover(const struct bko__timeline *timeline, int64_t open, int64_t ahead,
                      int64_t quantity, int64_t now, struct bko__cover *cover)
{
	int64_t sum = open;
	uint32_t i;

	memset(cover, 0, sizeof *cover);
	if (quantity <= 0)
		return;
	cover->first_kind = BKO_DATE_UNKNOWN;
	cover->last = BKO_SUPPLIES_MAX;
	if (sum > ahead) {
		cover->first_kind = BKO_DATE_KNOWN;
		cover->first_due = now;
		cover->first = bko__min(sum - ahead, quantity);
	}
	cover->rest_due = now;
	for (i = 0; i < timeline->count && sum < ahead + quantity; i++) {
		sum += timeline->due[i].units;
		if (sum <= ahead)
			continue;
		cover->rest_due = timeline->due[i].date;
		cover->last = timeline->due[i].index;
		if (cover->first_kind == BKO_DATE_KNOWN) {
			if (cover->first_due == timeline->due[i].date)
				cover->first = bko__min(sum - ahead, quantity);
			continue;
		}
		cover->first_kind = BKO_DATE_KNOWN;
		cover->first_due = timeline->due[i].date;
		cover->first = bko__min(sum - ahead, quantity);
	}
	if (cover->first >= quantity)
		cover->rest_kind = BKO_DATE_NONE;
	else
		cover->rest_kind = sum >= ahead + quantity ? BKO_DATE_KNOWN : BKO_DATE_UNKNOWN;
}

int64_t bko__merge_units_by(const struct bko__timeline *timeline, int64_t date)
{
	int64_t units = 0;
	uint32_t i;

	for (i = 0; i < timeline->count && timeline->due[i].date <= date; i++)
		units += timeline->due[i].units;
	return units;
}

uint32_t bko__merge_restock(const struct bko__head *head, const struct bko__timeline *timeline,
                            int64_t now, int64_t *date)
{
	int64_t claims = bko__claims(head), sum = head->open;
	uint32_t i;

	*date = 0;
	if (bko__available_now(head) >= head->quantum)
		return BKO_DATE_NONE;
	for (i = 0; i < timeline->count; i++) {
		sum += timeline->due[i].units;
		if (sum - claims >= head->quantum) {
			*date = timeline->due[i].date;
			return BKO_DATE_KNOWN;
		}
	}
	if (head->restock_at > now)
		*date = head->restock_at;
	else if (head->lead_time)
		*date = bko__time_add(now, head->lead_time);
	return *date ? BKO_DATE_KNOWN : BKO_DATE_UNKNOWN;
}
