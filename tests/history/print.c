/* An operation in words, so that a failing history can be read. */
#include "drive.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const verbs[OP_KINDS] = {
	"?",       "policy",  "limit",    "place", "quote",    "available", "confirm",
	"amend",   "split",   "cancel",   "ship",  "void",     "return",    "mark",
	"receive", "reverse", "adjust",   "force", "transfer", "supply",    "tick",
	"rerank",  "resolve", "calendar", "prune", "explain",  "mail",      "batch",
};

struct text {
	char *at;
	size_t left;
};

static void say(struct text *t, const char *format, ...)
{
	va_list list;
	int n;
	va_start(list, format);
	n = vsnprintf(t->at, t->left, format, list);
	va_end(list);
	if (n > 0 && (size_t)n < t->left) {
		t->at += n;
		t->left -= (size_t)n;
	}
}

static void number(struct text *t, const char *word, int64_t value)
{
	if (value)
		say(t, " %s %lld", word, (long long)value);
}

static void print_policy(struct text *t, const struct bko_policy *p)
{
	say(t, " set %x {sell %u life %u sells %u queue %u limit %u:%lld order %u:%lld", p->set,
	    p->selling, p->life, p->sells, p->discipline, p->limit_kind, (long long)p->limit,
	    p->order_limit_kind, (long long)p->order_limit);
	say(t, " incoming %u switch %u:%lld:%lld low %lld safety %lld guards %u handling %u",
	    p->limit_to_incoming, p->switch_on, (long long)p->switch_at,
	    (long long)p->switch_back_at, (long long)p->low_at, (long long)p->safety_stock,
	    p->safety_guards_queue, p->handling_days);
	say(t,
	    " from %lld release %lld restock %lld horizon %lld lead %lld q %lld hold %lld head "
	    "%lld}",
	    (long long)p->sell_from_ms, (long long)p->release_at_ms, (long long)p->restock_at_ms,
	    (long long)p->horizon_ms, (long long)p->lead_time_ms, (long long)p->quantum,
	    (long long)p->hold_place_ms, (long long)p->head_start_ms);
}

void print_op(char *buffer, size_t size, const struct op *op)
{
	struct text t = {buffer, size};
	buffer[0] = 0;
	say(&t, "%s id %u at %lld item %d", op->kind < OP_KINDS ? verbs[op->kind] : "?", op->id,
	    (long long)op->now, op->item);
	say(&t, " loc %d", op->location);
	number(&t, "order", op->order);
	number(&t, "option", op->option);
	number(&t, "quantity", op->quantity);
	number(&t, "other", op->other);
	number(&t, "to", op->to);
	number(&t, "line", op->line);
	number(&t, "flags", op->flags);
	number(&t, "customer", op->customer);
	number(&t, "channel", op->channel);
	number(&t, "bucket", op->bucket);
	number(&t, "to_bucket", op->to_bucket);
	number(&t, "class", op->order_class);
	number(&t, "stops", op->stops);
	number(&t, "need_by", op->need_by);
	number(&t, "rank", op->rank);
	number(&t, "until", op->until);
	number(&t, "grace", op->grace);
	number(&t, "revision", (int64_t)op->revision);
	for (uint32_t i = 0; i < op->line_count && i < OP_LINES; i++) {
		say(&t, " [item %d x %lld at", op->lines[i].item, (long long)op->lines[i].quantity);
		for (int32_t k = 0; k < op->lines[i].candidate_count; k++)
			say(&t, " %d", op->lines[i].candidates[k]);
		say(&t, op->lines[i].candidate_count ? "]" : " any]");
	}
	for (uint32_t i = 0; i < op->pick_count && i < OP_LINES; i++)
		say(&t, " (line %d x %lld at %d)", op->picks[i].line,
		    (long long)op->picks[i].quantity, op->picks[i].location);
	if (op->kind == OP_POLICY)
		print_policy(&t, &op->policy);
}
