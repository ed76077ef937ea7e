/*
 * rank.c - see rank.h.
 */
#include "rules/rank.h"

#include "base/number.h"

void bko__rank_new(struct bko__head *head, const struct bko__ranked *line, struct bko__rank *rank)
{
	rank->epoch = head->epoch;
	rank->band = 0;
	rank->time = line->placed;
	rank->sequence = ++head->sequence;
	rank->sub = 0;
	switch (head->discipline) {
	case BKO_QUEUE_CLASS: rank->band = line->order_class; break;
	case BKO_QUEUE_DUE: rank->time = line->need_by ? line->need_by : BKO__NEVER; break;
	case BKO_QUEUE_AGED:
		rank->time -= head->head_start * (int64_t)(BKO_CLASSES - 1 - line->order_class);
		rank->time = bko__max(rank->time, 0);
		break;
	case BKO_QUEUE_HOST: rank->time = line->rank_ms; break;
	default: break;
	}
}

void bko__claims_add(struct bko__head *head, const struct bko__rank *rank, int64_t units)
{
	if (rank->epoch < head->epoch)
		head->prior += units;
	else
		head->band[rank->band] += units;
}

void bko__epoch_begin(struct bko__head *head)
{
	uint32_t band;

	for (band = 0; band < BKO_CLASSES; band++) {
		head->prior += head->band[band];
		head->band[band] = 0;
	}
	head->epoch++;
}
