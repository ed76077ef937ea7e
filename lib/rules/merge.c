/*
 * merge.c - see merge.h.
 */
#include "rules/merge.h"

#include "rules/calendar.h"

int bko__supply_overdue(const struct bko__supply *supply, int64_t now)
{
	return supply->due && bko__time_add(supply->due, supply->grace) < now;
}

void bko__timeline_build(struct bko__timeline *timeline, const struct bko__supply *supplies,
                         uint32_t count, const struct bko__calendar *calendar, int64_t now)
{
	uint32_t i, at;

	timeline->count = 0;
	for (i = 0; i < count && timeline->count < BKO_SUPPLIES_MAX; i++) {
		int64_t date = supplies[i].due;

		if (!date || supplies[i].expected <= 0)
			continue;
		if (date < now) {
			if (bko__supply_overdue(&supplies[i], now))
				continue;
			date = bko__calendar_next_day(calendar, now);
		}
		for (at = timeline->count; at && timeline->date[at - 1] > date; at--) {
			timeline->index[at] = timeline->index[at - 1];
			timeline->date[at] = timeline->date[at - 1];
			timeline->units[at] = timeline->units[at - 1];
		}
		timeline->index[at] = i;
		timeline->date[at] = date;
		timeline->units[at] = supplies[i].expected;
		timeline->count++;
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
		sum += timeline->units[i];
		if (sum <= ahead)
			continue;
		cover->rest_due = timeline->date[i];
		cover->last = timeline->index[i];
		if (cover->first_kind == BKO_DATE_KNOWN) {
			if (cover->first_due == timeline->date[i])
				cover->first = bko__min(sum - ahead, quantity);
			continue;
		}
		cover->first_kind = BKO_DATE_KNOWN;
		cover->first_due = timeline->date[i];
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

	for (i = 0; i < timeline->count && timeline->date[i] <= date; i++)
		units += timeline->units[i];
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
		sum += timeline->units[i];
		if (sum - claims >= head->quantum) {
			*date = timeline->date[i];
			return BKO_DATE_KNOWN;
		}
	}
	if (head->restock_at > now)
		*date = head->restock_at;
	else if (head->lead_time)
		*date = bko__time_add(now, head->lead_time);
	return *date ? BKO_DATE_KNOWN : BKO_DATE_UNKNOWN;
}
