/*
 * position.h - positions at work: loading heads with their policy, settling what
 * time did, serving the queue, and putting all back.
 */
#ifndef BKO_ENGINE_POSITION_H
#define BKO_ENGINE_POSITION_H

#include "engine/engine.h"
#include "rules/accept.h"
#include "rules/merge.h"

struct bko__pos {
	struct bko__pos *next;
	struct bko__row *row, *item_row, *policy_row;
	struct bko_span item, location;
	int64_t now;        /* of the operation, here: never before what was settled */
	int64_t due_before; /* as stored */
	uint32_t exists;    /* has a record */
	uint32_t known;     /* its item is defined */
	uint32_t dirty;     /* is to be put */
	uint32_t loaded;
	uint32_t switched;              /* the switch as settled before the operation */
	uint32_t lane;                  /* of its events */
	uint32_t new_parts;             /* this call put parts into its queue */
	uint32_t supplies_moved;        /* and changed its supplies */
	const struct bko__head *put;    /* its head, once put where it may stay known */
	int64_t trial;                  /* units taken while sets of locations are tried */
	int64_t served;                 /* units given to waiting lines */
	int64_t asked, refused, undone; /* to be counted as demand: units accepted, refused, .. */
	struct bko__range *supply_range, *queue_range, *agenda_range;
	struct bko__supply *supplies;  /* and supply_rows, if not only what they come to was .. */
	struct bko__row **supply_rows; /* .. remembered: the dues */
	const struct bko__due *dues;
	uint32_t supply_count, due_count, supplies_loaded;
	const struct bko__timeline *timeline; /* NULL: supplies are not loaded */
	struct bko__timeline timeline_own;
	struct bko__row *calendar_row;
	struct bko__calendar *calendar;
	struct bko__head head; /* nothing before it is loaded; after it was put it stays */
};

enum {
	BKO__POS_SERVES = 1,   /* the call may free units */
	BKO__POS_SUPPLIES = 2, /* the call looks at supplies */
	BKO__POS_CREATES = 4   /* the call makes the position if it is new */
};

/* The store's fixed rows: settings and defaults. First of all wants. */
int32_t bko__base_want(struct bko_engine *engine);
int32_t bko__settings_load(struct bko_engine *engine, struct bko__row *row);
/* After the fetch. */
int32_t bko__base_load(struct bko_engine *engine);

/* The defaults are every call's: one that changes them does so in a copy (NULL: no
 * memory), which is what it goes on with once it is put. */
struct bko__defaults *bko__defaults_copy(struct bko_engine *engine);
void bko__defaults_change(struct bko_engine *engine, const struct bko__defaults *defaults);

/* Registers a position; the spans must stay until the run is over. */
struct bko__pos *bko__pos_want(struct bko_engine *engine, const struct bko_span *item,
                               const struct bko_span *location, uint32_t flags);

/* Registers all positions of an item: the rows below its key that hold a location and
 * no more. Fetches on the way. */
int32_t bko__heads_want(struct bko_engine *engine, const struct bko_span *item);

/* Key of a position; of one of its rows: one byte more follows. */
void bko__pos_key(const struct bko_span *item, const struct bko_span *location,
                  struct bko__key *key);
void bko__pos_subkey(const struct bko__pos *pos, uint8_t kind, struct bko__key *key);

/* Fetches, and loads all registered positions: policy, time, one step of an open
 * chain. */
int32_t bko__positions_load(struct bko_engine *engine, int64_t now);

/* Loads them once more as they are stored, after an undo. */
int32_t bko__positions_reload(struct bko_engine *engine, int64_t now);

/* timeline.c. Supplies of loaded positions, with timeline and calendar: as read, or as
 * remembered; and as read for sure, with their rows. */
void bko__supplies_want(struct bko_engine *engine, struct bko__pos *pos);
int32_t bko__supplies_load(struct bko_engine *engine, struct bko__pos *pos);
int32_t bko__supply_rows_load(struct bko_engine *engine, struct bko__pos *pos);

/* What a decision at this position looks at. Supplies must be loaded. */
void bko__pos_view(const struct bko__pos *pos, uint32_t order_class, struct bko__view *view);

/* Units came, or may be given: queue, buffer, open, in this order. */
int32_t bko__pos_serve(struct bko_engine *engine, struct bko__pos *pos);

/* The earliest moment at which time does something here. */
void bko__pos_due_at(struct bko__pos *pos, int64_t when);

/* Puts the header of a store that has none: whoever puts a row without bko__finish. */
void bko__header_put(struct bko_engine *engine);

/* Puts one position; every figure must be one the header admits. */
int32_t bko__pos_put(struct bko_engine *engine, struct bko__pos *pos);

/* Serves and puts every dirty position; puts all events. */
int32_t bko__finish(struct bko_engine *engine, uint32_t lane, uint64_t *first, uint64_t *count);

/* An event about the position; the caller fills in what is special. */
void bko__pos_event(const struct bko__pos *pos, uint32_t kind, int64_t amount,
                    struct bko__event *event);
void bko__pos_tell(struct bko_engine *engine, const struct bko__pos *pos, uint32_t kind,
                   int64_t amount, uint32_t detail, const struct bko_span *cause);

/* The settings as known, and the moment a hold asked for is rounded up to. */
int64_t bko__granule(const struct bko_engine *engine, int64_t time);

#endif
