/*
 * engine.h - the engine itself, and the driver that runs an operation to its end
 * against a store, by callbacks or by hand.
 */
#ifndef BKO_ENGINE_ENGINE_H
#define BKO_ENGINE_ENGINE_H

#include "base/hash.h"
#include "engine/tx.h"
#include "rules/accept.h"

enum { BKO__ENGINE_MAGIC = 0x424b4f45, BKO__CLOSED_MAGIC = 0x424b4f58 };
enum { BKO__CALL_WORDS = 256 };

/* What the store is asked at the moment. */
enum bko__step {
	BKO__IDLE,
	BKO__RUN,   /* the operation is to run (again) */
	BKO__READ,  /* a query is out, or answered */
	BKO__APPLY, /* a batch is out, or answered */
	BKO__WAIT   /* a pause before the next attempt */
};

struct bko_reply {
	struct bko_engine *engine; /* NULL: it goes to .. */
	const struct bko_sink *sink;
	uint32_t kind, ended; /* kind: a BKO__step */
	int32_t status;       /* BKO_REPLY_ */
	int32_t failed;       /* first error of a bko_reply_ call */
	uint64_t revision;
	int64_t native;
	uint32_t waiting; /* an answer is expected */
};

/* Where a call that is several operations stands; kept over pull re-entries. */
struct bko__progress {
	uint64_t done;
	int64_t at;
	uint32_t phase, count;
	int32_t status;
	uint32_t size; /* of key */
	uint8_t key[BKO_KEY_MAX];
};

/* Places that a shortage takes units from, the worst first, and where the search for
 * them stands; kept over the steps of one pass, see shortage.h. */
enum { BKO__LOSERS = 16 };
struct bko__loser {
	struct bko__rank rank;
	uint32_t class, line, place, size; /* class: lower ones lose first; size: of order */
	uint8_t order[BKO_ID_MAX];
};
struct bko__shortage {
	uint64_t call; /* of stats.calls: a pass belongs to one call */
	uint32_t phase, count, next;
	struct bko__key from;
	struct bko__loser losers[BKO__LOSERS];
};

/* What a hold has at a position. */
struct bko__held {
	int64_t allocated, backordered, outside;
	struct bko__rank rank; /* of the waiting units */
	int32_t holds;         /* 1 it comes, -1 it goes, 0 it stays */
};

/* What functions keep that is large for a small host's stack, each in a place of its own
 * in the engine: none calls itself, and no call begins inside another. Nothing here
 * outlives the function that wrote it. */
struct bko__room {
	struct bko__key key, end; /* of what is wanted next: no call lies between but that one */
	struct bko__event event;  /* likewise, of what is told next */
	struct bko__held held;    /* likewise, of what is added next */
	struct bko__opcome outcome;
	struct bko__order order;
	struct bko__counted counted;
	struct bko__item item;
	struct bko_policy policy, own;
	struct bko__view view;
	struct bko__decision decision, best;
	struct bko_line_outcome line;
};

/* An operation: looks, decides, puts. Its arguments stay the caller's. */
typedef int32_t (*bko__run)(struct bko_engine *engine, void *arguments);

struct bko_engine {
	uint32_t magic, children;
	struct bko_store store;
	struct bko_options options;
	struct bko__settings settings;
	uint32_t settled_in; /* settings are known */
	struct bko__tx tx;
	struct bko_reply reply;
	struct bko__progress progress;
	struct bko_query query;
	struct bko_batch batch;
	enum bko__step step;
	uint32_t attempt, waited, inside, batching, wait_ms;
	uint32_t landed;             /* the batch of this call was applied */
	uint32_t unsure;             /* some batch may land after all: nothing is kept warm */
	uint32_t cold;               /* this call reads the store itself */
	uint32_t assuming_failed;    /* this call looked before it wrote after all */
	uint32_t retried;            /* the op says that an earlier call may have happened */
	uint64_t identity, request;  /* of a pending pull call */
	struct bko_outcome *outcome; /* the caller's, of this call; NULL: none */
	struct bko_span op_id; /* the caller's, not touched between two calls of a pull host */
	struct bko_stats stats;
	struct bko_error error;
	uint8_t *arena_left; /* where slots of children begin */
	uint32_t slots, spare;
	struct bko__defaults defaults; /* as decoded from the row of .. */
	uint64_t defaults_revision;    /* .. this revision, which says all; 0: none */
	struct bko__row spare_row;     /* what a failed want returns */
	struct bko__range spare_range;
	struct bko__audit *audit;    /* a verification in progress */
	struct bko__progress pruned; /* where the last prune ended */
	struct bko__shortage shortage;
	struct bko__room room;
	uint64_t call[BKO__CALL_WORDS];
};

/* The struct of a public call, its arguments and what its runs keep: it stands in the
 * engine for the same reason, and is the call's once the door let it in. One that does
 * not fit does not compile. */
#define BKO__CALL(engine, type)    \
	((type *)(void *)&(engine) \
	         ->call[sizeof(char[sizeof(type) <= sizeof(engine)->call ? 1 : -1]) - 1])

/* The door of every public call: checks the handle, and that a pending pull call
 * is repeated and no other made. `op` may be NULL. A call that is not a repetition
 * begins with a clean progress. */
int32_t bko__enter(struct bko_engine *engine, uint32_t verb, const struct bko_op *op);
/* The same for a call without an operation id: what it is about tells it from another of
 * its kind. Spans and number may be anything, NULL too. */
int32_t bko__enter_about(struct bko_engine *engine, uint32_t verb, const struct bko_span *first,
                         const struct bko_span *second, uint64_t number);

/* Runs an operation to its end. After an error the call's outcome is cleared. */
int32_t bko__drive(struct bko_engine *engine, bko__run run, void *arguments);

/* The same where an operation id tells the call from others: with another request about
 * `first` and `second` (NULL: nothing) it is no repetition of a pending pull call. */
int32_t bko__drive_request(struct bko_engine *engine, bko__run run, void *arguments,
                           const struct bko__hash *request, const struct bko_span *first,
                           const struct bko_span *second);

/* One more attempt: counts it, and waits or asks for a wait. OK: go on; BKO_WANT:
 * the pull host waits first; else what the call ends with. */
int32_t bko__again(struct bko_engine *engine);

/* fetch.c */
void bko__reply_begin(struct bko_engine *engine, uint32_t kind);
int32_t bko__read_status(struct bko_engine *engine);

/* sink.c: what an answer comes to that no engine waits for. */
int32_t bko__sink_row(const struct bko_reply *reply, uint32_t index, const struct bko_span *key,
                      const struct bko_span *value, uint64_t revision, uint64_t hint);
int32_t bko__sink_more(const struct bko_reply *reply, uint32_t index);
int32_t bko__sink_measure(const struct bko_reply *reply, uint64_t count, int64_t sum);
void bko__sink_end(const struct bko_reply *reply, int32_t status, uint64_t revision,
                   int64_t native);

/* verify.c: forgets a verification in progress. */
void bko__audit_close(struct bko_engine *engine);

/* Memory of a copy that lives on by itself. */
void *bko__child_open(struct bko_engine *engine, size_t size);
void bko__child_close(struct bko_engine *engine, void *child, size_t size);

/* Scratch of this run; after a failure NULL, and tx->status tells. */
static inline void *bko__take(struct bko_engine *engine, size_t size)
{
	void *piece = bko__stack_take(&engine->tx.work, size);

	return piece ? piece : bko__take_failed(engine);
}

/* BKO_OUTCOME_PROVISIONAL while it is, else 0. */
uint32_t bko__provisional(struct bko_engine *engine);

/* Fails with a text that names the argument or record. */
int32_t bko__fail(struct bko_engine *engine, int32_t status, const char *text);
int32_t bko__fail_line(struct bko_engine *engine, int32_t status, const char *text, uint32_t line);

/* The rule for transparent structs, see types.h: copies a struct of `theirs` bytes;
 * beyond ours everything must be zero. */
int32_t bko__take_sized(void *to, size_t own, const void *from, uint32_t theirs);

/* The same for a struct of a caller of this engine, which may be NULL. */
int32_t bko__struct_in(struct bko_engine *engine, void *to, size_t own, const void *from,
                       uint32_t theirs, const char *name);

/* Fills a caller's struct, but its struct_size, as far as it was compiled. */
void bko__struct_out(void *to, uint32_t theirs, const void *from, size_t own);

int32_t bko__check_id(struct bko_engine *engine, const struct bko_span *id, uint32_t empty,
                      const char *name);
int32_t bko__check_op(struct bko_engine *engine, const struct bko_op *op, struct bko_op *copy);

/* Whether the store hands out rows without copies: then rows of little use are
 * looked up when needed, else all are asked for in the first read. */
static inline int bko__lends(const struct bko_engine *engine)
{
	return (engine->store.caps & BKO_STORE_LENDS) != 0; /* never of a pull host */
}

/* Whether rows are asked for when they are needed. Others are asked at once for what a
 * call may need, since each read is a way to go; here most of it is known. */
static inline int bko__when_needed(const struct bko_engine *engine)
{
	return (engine->store.caps & (BKO_STORE_LENDS | BKO_STORE_EXCLUSIVE)) != 0;
}

static inline int32_t bko__status(const struct bko_engine *engine)
{
	return engine->tx.status;
}

#endif
