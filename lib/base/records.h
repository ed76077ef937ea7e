/*
 * records.h - the records behind the keys of key.h, as structs. Spans in a
 * decoded record point into the bytes it was read from.
 *
 * Their members are listed in records.c, in the order of their bytes: those that most
 * records have come first, since the mask then is short.
 * The first byte of every value is the format of its record; a reader takes any
 * format up to its own.
 */
#ifndef BKO_BASE_RECORDS_H
#define BKO_BASE_RECORDS_H

#include "backorder/backorder.h"
#include "base/bytes.h"
#include "base/key.h"

enum { BKO__FORMAT = 1 };

/* S: fixed when the store is first written. */
struct bko__settings {
	uint32_t lanes, granule_ms;
};

/* D: guarded by every operation. */
struct bko__defaults {
	struct bko_policy policy;
	uint64_t version; /* of the policy: heads derived from an older one are behind */
	int64_t demand_period, demand_origin; /* see bko_demand_set; period 0: none is counted */
	uint32_t limits[4]; /* how many limits of each kind exist, by BKO_LIMIT_ */
	uint32_t calendars, demand_keep;
};

/* I item */
struct bko__item {
	struct bko_policy policy;
	uint32_t location_count; /* "any": the first positions made, in their order */
	struct bko_span locations[BKO_CANDIDATES_MAX];
};

/* bko__head.policy_flags */
enum {
	BKO__P_SELLS = 1,
	BKO__P_LIMITED = 2,
	BKO__P_ORDER_LIMITED = 4,
	BKO__P_TO_INCOMING = 8,
	BKO__P_SWITCH = 16,
	BKO__P_GUARDS = 32
};
/* bko__head.flags */
enum {
	BKO__H_SERVING = 1,  /* a chain of serving is open */
	BKO__H_SWITCHED = 2, /* may accept for later */
	BKO__H_SWEEP = 4,    /* parts of expired holds lie about */
	BKO__H_BROKEN = 8    /* some of its lines have no whole quanta: units were taken from them
	                      * one by one, or the quantum was set anew */
};
/* bko__head.edges: crossings that were told and are not re-armed yet */
enum { BKO__E_LOW = 1, BKO__E_SOLD_OUT = 2, BKO__E_UNSELLABLE = 4, BKO__E_LIMIT = 8 };

/* I item loc: the position. Always of one length. */
struct bko__head {
	int64_t on_hand, open, buffer, kept, allocated, unavailable, missing;
	int64_t scheduled, backordered, outside, held_allocated, held_backordered;
	int64_t eligible;          /* waiting in w rows */
	int64_t incoming;          /* open part of supplies */
	int64_t prior;             /* waiting units that claim, of earlier epochs .. */
	int64_t band[BKO_CLASSES]; /* .. and of this one, by band; w and z rows together */
	int64_t received, returned, adjusted, transferred_in, transferred_out, shipped, refused;
	int64_t limit, order_limit, switch_at, switch_back_at, low_at, safety_stock, quantum;
	int64_t settled, due; /* due: BKO__NEVER if nothing is */
	int64_t sell_from, release_at, restock_at, horizon, lead_time, hold_place, head_start;
	uint64_t sequence, revision, version, policy_version;
	uint32_t epoch;
	uint32_t handling, supplies;
	uint32_t selling, life, discipline, max_passes, policy_flags, flags, edges;
};

/* I item loc s supply */
struct bko__supply {
	int64_t expected, due;  /* due 0: undated */
	int64_t received, sent; /* sent: units of a transfer or announced return */
	int64_t grace;
	uint32_t state, origin, overdue, line;
	struct bko_span source; /* position a transfer came from, or the order of a return */
};

/* I item loc w|a|z rank: a part of a line that waits, or has waited. */
struct bko__part {
	int64_t backordered, allocated;
	int64_t placed, expected; /* expected: by the lead time of its placing */
	int64_t outside, picked, need_by, held_until;
	uint32_t line, order_class, part, place, stops, limits; /* place: element of the line */
	struct bko_span order, customer, channel; /* the latter if it counts in their limits */
};

/* O order */
enum {
	BKO__O_OPEN = 1,
	BKO__O_HELD = 2,
	BKO__O_RELEASED = 3,
	BKO__O_REFUSED = 4,
	BKO__O_VOID = 5,
	BKO__O_ERROR = 6
};
struct bko__order {
	uint8_t hash[16];
	int64_t placed;
	uint64_t first_event, event_count;
	int64_t rank_ms, confirmed, need_by, hold_until, closed;
	int64_t error, first_served; /* error: of a refusal, the units asked */
	uint32_t state, order_class, first_status, line_count, lane;
	uint32_t flags, outcome_flags, chunks, reason;
	struct bko_span customer, channel;
};

/* A line of it. first_..: the outcome of placing. */
struct bko__line {
	int64_t asked, first_due, available_now, available_later, first_allocated;
	int64_t first_backordered, ordered, first, rest_due, promise;
	int64_t shipped, cancelled, returned;
	uint32_t kinds, state; /* kinds: two bits each of promise, first, rest, later */
	uint32_t candidate_count, place_count, first_locations, stops, reason, limits;
	struct bko_span item;
};

/* Units of a line at one location in one part. */
enum { BKO__PL_WAITED = 1, BKO__PL_UNTRACKED = 2 };
struct bko__place {
	uint64_t sequence;
	int64_t allocated, picked, shipped; /* allocated, picked: unless WAITED */
	int64_t rank_time, returned;
	uint64_t sub;
	uint32_t flags, band, location, epoch, part;
};

/* Outcome of an operation. */
enum { BKO__OP_DONE = 1, BKO__OP_REFUSED = 2, BKO__OP_VOID = 3, BKO__OP_ERROR = 4 };
struct bko__opcome {
	uint8_t hash[16];
	int64_t quantity, time;
	uint64_t first_event, event_count, revision;
	int64_t asked, allocated, served, scheduled, backordered, refused, missing;
	int64_t error; /* of a receipt: the origin of its supply, BKO_ORIGIN_ */
	uint32_t verb, state, status, reason, lane, outcome_flags, undone, units;
	struct bko_span subject; /* of a receipt: its supply */
};
/* Units an operation moved, where it can be undone. */
struct bko__unit {
	int64_t quantity;
	uint32_t line, place;
};

/* I item loc t time: sums over the holds that expire then. Bands are of `epoch`. */
struct bko__agenda {
	int64_t allocated, backordered, outside, prior, band[BKO_CLASSES];
	uint32_t epoch, holds;
};

/* X kind id: used includes holds; the first `holds` expire and are given back. */
struct bko__limit {
	int64_t limit, used, settled;
	uint32_t kind, holds;
	int64_t until[BKO_LIMIT_GRANULES], amount[BKO_LIMIT_GRANULES];
};

/* I item loc d start: demand counted in the period that began then */
enum {
	BKO__D_SOLD_OUT = 1, /* at some time in it */
	BKO__D_UNSELLABLE = 2,
	BKO__D_BEGAN_SOLD_OUT = 4, /* when it began, and in periods without a row before it */
	BKO__D_BEGAN_UNSELLABLE = 8
};
struct bko__counted {
	int64_t accepted, refused, undone;
	int64_t length; /* of the period, ms */
	uint32_t flags;
};

/* H lane, C lane consumer */
struct bko__lane {
	uint64_t first, next; /* numbers kept: first .. next - 1 */
};

struct bko__event {
	int64_t amount, time, other, at;
	uint32_t kind, line, detail;
	struct bko_span order, item, location, cause;
};

/* I item loc b */
struct bko__buckets {
	uint32_t count;
	struct bko_span name[BKO_BUCKETS_MAX];
	int64_t quantity[BKO_BUCKETS_MAX];
};

/* L loc */
struct bko__calendar {
	uint32_t working_days, cutoff_minutes, holiday_count;
	int64_t utc_offset_minutes;
	int64_t holidays[BKO_HOLIDAYS_MAX];
};

/* Room that writing one of them wants, its format with it; the bytes of its ids come on
 * top. */
#define BKO__ROOM(type) (6 + sizeof(type) * 5 / 4)

/* Each _get reads a whole value and is 0, or -1 where the bytes are no such
 * record; each _put appends one. */
int bko__settings_get(struct bko_span value, struct bko__settings *record);
void bko__settings_put(struct bko__writer *w, const struct bko__settings *record);
int bko__defaults_get(struct bko_span value, struct bko__defaults *record);
void bko__defaults_put(struct bko__writer *w, const struct bko__defaults *record);
int bko__item_get(struct bko_span value, struct bko__item *record);
void bko__item_put(struct bko__writer *w, const struct bko__item *record);
int bko__policy_get(struct bko_span value, struct bko_policy *record);
void bko__policy_put(struct bko__writer *w, const struct bko_policy *record);
int bko__head_get(struct bko_span value, struct bko__head *record);
void bko__head_put(struct bko__writer *w, const struct bko__head *record);
int bko__supply_get(struct bko_span value, struct bko__supply *record);
void bko__supply_put(struct bko__writer *w, const struct bko__supply *record);
/* A part is told by what its rank, which its key has, does not say. */
int bko__part_get(struct bko_span value, const struct bko__rank *rank, struct bko__part *record);
void bko__part_write(struct bko__writer *w, const struct bko__rank *rank,
                     const struct bko__part *record);
int bko__agenda_get(struct bko_span value, struct bko__agenda *record);
void bko__agenda_put(struct bko__writer *w, const struct bko__agenda *record);
int bko__limit_get(struct bko_span value, struct bko__limit *record);
void bko__limit_put(struct bko__writer *w, const struct bko__limit *record);
int bko__counted_get(struct bko_span value, struct bko__counted *record);
void bko__counted_put(struct bko__writer *w, const struct bko__counted *record);
int bko__lane_get(struct bko_span value, struct bko__lane *record);
void bko__lane_put(struct bko__writer *w, const struct bko__lane *record);
int bko__buckets_get(struct bko_span value, struct bko__buckets *record);
void bko__buckets_put(struct bko__writer *w, const struct bko__buckets *record);
int bko__calendar_get(struct bko_span value, struct bko__calendar *record);
void bko__calendar_put(struct bko__writer *w, const struct bko__calendar *record);
int bko__number_get(struct bko_span value, int64_t *number); /* feeds */
void bko__number_put(struct bko__writer *w, int64_t number);

/* The first byte of a value: bad if it is a format that this release cannot read. */
void bko__read_format(struct bko__reader *r);

/* Piecewise records: several follow each other in one value or byte string. */
void bko__order_read(struct bko__reader *r, struct bko__order *record);
void bko__order_write(struct bko__writer *w, const struct bko__order *record);
/* Lines and places are told by what the record of their order does not say. */
void bko__line_read(struct bko__reader *r, const struct bko__order *order,
                    struct bko__line *record);
void bko__line_write(struct bko__writer *w, const struct bko__order *order,
                     const struct bko__line *record);
void bko__place_read(struct bko__reader *r, const struct bko__order *order,
                     struct bko__place *record);
void bko__place_write(struct bko__writer *w, const struct bko__order *order,
                      const struct bko__place *record);
void bko__opcome_read(struct bko__reader *r, struct bko__opcome *record);
void bko__opcome_write(struct bko__writer *w, const struct bko__opcome *record);
void bko__unit_read(struct bko__reader *r, struct bko__unit *record);
void bko__unit_write(struct bko__writer *w, const struct bko__unit *record);
void bko__event_read(struct bko__reader *r, struct bko__event *record);
void bko__event_write(struct bko__writer *w, const struct bko__event *record);

#endif
