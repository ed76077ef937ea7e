/*
 * names.c - names of reasons, states, events and the like. Each list is one string, its
 * names in the order of their numbers, so that no table of pointers has to be relocated.
 */
#include <string.h>

#include "backorder/backorder.h"

/* The name of number `value` in a list that begins with number `first`. */
static const char *name_of(const char *list, size_t size, uint32_t first, uint32_t value)
{
	const char *end = list + size - 1; /* the string's own NUL */

	if (value < first)
		return "BKO_UNKNOWN";
	for (; list < end && value > first; value--)
		list += strlen(list) + 1;
	return list < end ? list : "BKO_UNKNOWN";
}

static const char reason_names[] = "BKO_REASON_NONE\0"
				   "BKO_REASON_OUT_OF_STOCK\0"
				   "BKO_REASON_LIMIT\0"
				   "BKO_REASON_LIMIT_ITEM\0"
				   "BKO_REASON_LIMIT_ORDER\0"
				   "BKO_REASON_LIMIT_CUSTOMER\0"
				   "BKO_REASON_LIMIT_CHANNEL\0"
				   "BKO_REASON_LIMIT_INCOMING\0"
				   "BKO_REASON_SWITCH\0"
				   "BKO_REASON_HORIZON\0"
				   "BKO_REASON_DISCONTINUED\0"
				   "BKO_REASON_NOT_YET\0"
				   "BKO_REASON_NOT_HERE\0"
				   "BKO_REASON_QUANTUM\0"
				   "BKO_REASON_UNKNOWN_ITEM\0"
				   "BKO_REASON_UNKNOWN_LOCATION\0"
				   "BKO_REASON_ALL_OR_NOTHING\0";

static const char state_names[] = "BKO_STATE_DISCONTINUED\0"
				  "BKO_STATE_PREORDER\0"
				  "BKO_STATE_UNTRACKED\0"
				  "BKO_STATE_LOW_STOCK\0"
				  "BKO_STATE_IN_STOCK\0"
				  "BKO_STATE_BACKORDER\0"
				  "BKO_STATE_OUT_OF_STOCK\0";

static const char order_status_names[] = "BKO_STATUS_HELD\0"
					 "BKO_STATUS_EXPIRED\0"
					 "BKO_STATUS_RELEASED\0"
					 "BKO_STATUS_CANCELLED\0"
					 "BKO_STATUS_COMPLETE\0"
					 "BKO_STATUS_PARTLY_SHIPPED\0"
					 "BKO_STATUS_OPEN\0"
					 "BKO_STATUS_REFUSED\0";

static const char waits_names[] = "BKO_WAITS_NOTHING\0"
				  "BKO_WAITS_SUPPLY\0"
				  "BKO_WAITS_UNKNOWN\0"
				  "BKO_WAITS_STOP\0"
				  "BKO_WAITS_CONFIRM\0"
				  "BKO_WAITS_SERVING\0";

static const char event_names[] = "BKO_EVENT_ACCEPTED\0"
				  "BKO_EVENT_REFUSED\0"
				  "BKO_EVENT_ALLOCATED\0"
				  "BKO_EVENT_UNALLOCATED\0"
				  "BKO_EVENT_BACKORDERED\0"
				  "BKO_EVENT_READY\0"
				  "BKO_EVENT_PICKED\0"
				  "BKO_EVENT_SHIPPED\0"
				  "BKO_EVENT_VOIDED\0"
				  "BKO_EVENT_CANCELLED\0"
				  "BKO_EVENT_RETURNED\0"
				  "BKO_EVENT_CONFIRMED\0"
				  "BKO_EVENT_HOLD_EXPIRED\0"
				  "BKO_EVENT_RECEIVED\0"
				  "BKO_EVENT_ADJUSTED\0"
				  "BKO_EVENT_BUCKET\0"
				  "BKO_EVENT_TRANSFERRED\0"
				  "BKO_EVENT_SHORTAGE\0"
				  "BKO_EVENT_SUPPLY_SET\0"
				  "BKO_EVENT_SUPPLY_CONFIRMED\0"
				  "BKO_EVENT_SUPPLY_LATE\0"
				  "BKO_EVENT_SUPPLY_OVERDUE\0"
				  "BKO_EVENT_SUPPLY_CLOSED\0"
				  "BKO_EVENT_LOW_STOCK\0"
				  "BKO_EVENT_SOLD_OUT\0"
				  "BKO_EVENT_BACK_IN_STOCK\0"
				  "BKO_EVENT_UNSELLABLE\0"
				  "BKO_EVENT_SELLABLE\0"
				  "BKO_EVENT_LIMIT_REACHED\0"
				  "BKO_EVENT_SWITCH_OPENED\0"
				  "BKO_EVENT_SWITCH_CLOSED\0"
				  "BKO_EVENT_POLICY\0"
				  "BKO_EVENT_RESTOCK_PASSED\0"
				  "BKO_EVENT_MARKED\0"
				  "BKO_EVENT_AMENDED\0"
				  "BKO_EVENT_MOVED\0"
				  "BKO_EVENT_VOID_OPERATION\0";

static const char by_names[] = "BKO_BY_PLACING\0"
			       "BKO_BY_SERVING\0"
			       "BKO_BY_AMENDING\0"
			       "BKO_BY_MOVING\0"
			       "BKO_BY_MARKING\0"
			       "BKO_BY_CANCELLING\0"
			       "BKO_BY_SHORTAGE\0"
			       "BKO_BY_SHIPPING\0"
			       "BKO_BY_CONFIRMING\0"
			       "BKO_BY_FORCE\0"
			       "BKO_BY_EXPIRY\0";

static const char check_names[] = "BKO_CHECK_Q1\0"
				  "BKO_CHECK_Q2\0"
				  "BKO_CHECK_Q3\0"
				  "BKO_CHECK_Q4\0"
				  "BKO_CHECK_Q6\0"
				  "BKO_CHECK_Q8\0"
				  "BKO_CHECK_F1\0"
				  "BKO_CHECK_F2\0"
				  "BKO_CHECK_R2\0"
				  "BKO_CHECK_O2\0"
				  "BKO_CHECK_P4\0"
				  "BKO_CHECK_E2\0"
				  "BKO_CHECK_E3\0"
				  "BKO_CHECK_S1\0"
				  "BKO_CHECK_RECORD\0";

const char *bko_reason_name(uint32_t value)
{
	return name_of(reason_names, sizeof reason_names, 0, value);
}

const char *bko_state_name(uint32_t value)
{
	return name_of(state_names, sizeof state_names, 1, value);
}

const char *bko_order_status_name(uint32_t value)
{
	return name_of(order_status_names, sizeof order_status_names, 1, value);
}

const char *bko_waits_name(uint32_t value)
{
	return name_of(waits_names, sizeof waits_names, 0, value);
}

const char *bko_event_name(uint32_t value)
{
	return name_of(event_names, sizeof event_names, 1, value);
}

const char *bko_by_name(uint32_t value)
{
	return name_of(by_names, sizeof by_names, 1, value);
}

const char *bko_check_name(uint32_t value)
{
	return name_of(check_names, sizeof check_names, 1, value);
}
