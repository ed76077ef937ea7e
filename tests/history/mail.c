/* Consumers of events: what they acknowledged, what trimming may take. Numbers of events
 * are the engine's own; what may be done with them is told here once more. */
#include "world.h"

#include <stdio.h>
#include <string.h>

static int wrong(struct world *w, const char *what, int64_t wanted, int64_t is)
{
	if (wanted == is)
		return 0;
	snprintf(w->why, sizeof w->why, "E3: %s: %lld is %lld", what, (long long)wanted,
	         (long long)is);
	return 1;
}

/* The last event that nobody waits for any more. */
static uint64_t slowest(const struct mail *mail, uint32_t lane, uint64_t last)
{
	for (int32_t i = 1; i <= OP_NAMES; i++)
		if (mail->joined[i] && mail->seen[i][lane] < last)
			last = mail->seen[i][lane];
	return last;
}

/* A lane and each consumer's place in it. */
static int check_lane(struct world *w, uint32_t lane)
{
	struct mail *mail = &w->mail;
	uint64_t last = w->ledger.next[lane];
	struct name n;
	for (int32_t i = 0; i <= OP_NAMES; i++) {
		struct bko_lane info = {.struct_size = sizeof info};
		int32_t status = bko_event_lane(w->engine, name_text(&n, 'c', i), lane, &info);
		if (wrong(w, "a place in a lane", i && !mail->joined[i] ? BKO_E_NOT_FOUND : BKO_OK,
		          status))
			return 1;
		if (status == BKO_OK &&
		    (wrong(w, "first", (int64_t)mail->first[lane], (int64_t)info.first) ||
		     wrong(w, "last", (int64_t)last, (int64_t)info.last) ||
		     wrong(w, "acknowledged", i ? (int64_t)mail->seen[i][lane] : 0,
		           (int64_t)info.acknowledged)))
			return 1;
	}
	return 0;
}

static int trim(struct world *w, uint32_t lane, uint64_t up_to)
{
	struct mail *mail = &w->mail;
	struct bko_lane info = {.struct_size = sizeof info};
	uint64_t last = w->ledger.next[lane], most = slowest(mail, lane, last);
	uint32_t done = 0;
	struct name n;
	int32_t status = BKO_OK;
	if (up_to && up_to < most)
		most = up_to;
	while (status == BKO_OK && !done)
		status = bko_event_trim(w->engine, lane, up_to, 2, &done);
	if (status == BKO_OK)
		status = bko_event_lane(w->engine, name_text(&n, 'c', 0), lane, &info);
	if (wrong(w, "trimming", BKO_OK, status))
		return 1;
	/* rows hold events of one step: some may stay that could go, none goes that may not */
	if (info.first < mail->first[lane] ||
	    (info.first > most + 1 && info.first > mail->first[lane]) ||
	    (most == last && info.first != last + 1))
		return wrong(w, "first after trimming", (int64_t)most + 1, (int64_t)info.first);
	mail->first[lane] = info.first;
	return 0;
}

static int acknowledge(struct world *w, int32_t consumer, uint32_t lane, uint64_t number)
{
	struct mail *mail = &w->mail;
	uint64_t *seen = &mail->seen[consumer][lane];
	struct name n;
	int32_t status =
		bko_event_acknowledge(w->engine, name_text(&n, 'c', consumer), lane, number);
	int32_t wanted = !mail->joined[consumer]         ? BKO_E_NOT_FOUND
	                 : number > w->ledger.next[lane] ? BKO_E_RANGE
	                                                 : BKO_OK;
	if (status == BKO_OK && number > *seen)
		*seen = number;
	return wrong(w, "acknowledging", wanted, status);
}

/* What was trimmed cannot be read, and nothing is left out in silence. */
static int read_behind(struct world *w, uint32_t lane)
{
	struct bko_event event;
	size_t count = 0;
	uint64_t first = w->mail.first[lane];
	int32_t status;
	if (first > 2) {
		status =
			bko_event_read(w->engine, lane, first - 2, &event, 1, sizeof event, &count);
		if (wrong(w, "reading what was trimmed", BKO_E_NOT_FOUND, status))
			return 1;
	}
	status = bko_event_read(w->engine, lane, 0, &event, 1, sizeof event, &count);
	return wrong(w, "reading from the oldest", BKO_OK, status) ||
	       (count && wrong(w, "the oldest", (int64_t)first, (int64_t)event.number));
}

int mail_step(struct world *w, const struct op *op)
{
	struct mail *mail = &w->mail;
	int32_t of = op->customer, status = BKO_OK;
	uint32_t lane = (uint32_t)op->line % w->setup.lanes;
	int failed = ledger_read(w), leaves = op->option == MAIL_LEAVE;
	uint64_t last = w->ledger.next[lane], back = (uint64_t)op->quantity;
	uint64_t number = last + 2 > back ? last + 2 - back : 0;
	struct name n;
	if (failed)
		return 1;
	if (op->option == MAIL_JOIN || leaves) {
		status = bko_event_consumer(w->engine, name_text(&n, 'c', of), (uint32_t)leaves);
		failed = wrong(w, leaves ? "leaving" : "joining",
		               leaves && !mail->joined[of] ? BKO_E_NOT_FOUND : BKO_OK, status);
		for (uint32_t i = 0; i < w->setup.lanes && !leaves && !mail->joined[of]; i++)
			mail->seen[of][i] = mail->first[i] - 1;
		mail->joined[of] = !leaves;
	} else if (op->option == MAIL_ACKNOWLEDGE) {
		failed = acknowledge(w, of, lane, number);
	} else {
		failed = trim(w, lane, op->quantity % 3 ? number : 0);
	}
	for (uint32_t i = 0; i < w->setup.lanes && !failed; i++)
		failed = check_lane(w, i) || read_behind(w, i);
	return failed;
}
