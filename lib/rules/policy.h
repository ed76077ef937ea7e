/*
 * policy.h - which policy applies at a position: the library's defaults, over
 * them the store's, the item's, the position's.
 */
#ifndef BKO_RULES_POLICY_H
#define BKO_RULES_POLICY_H

#include "base/records.h"

/* All bits of bko_policy.set that this release knows. */
enum { BKO__SET_ALL = (1 << 20) - 1 };

void bko__policy_library(struct bko_policy *policy);

/* Takes over the members that `from` gives. */
void bko__policy_over(struct bko_policy *policy, const struct bko_policy *from);

/* NULL, or the name of the member that no rule admits. Members whose bit is clear
 * are zeroed, so that equal policies are equal records. */
const char *bko__policy_check(struct bko_policy *policy);

/* Writes the policy into the head: a new epoch, where the discipline changed;
 * the switch started anew, where its setting did. */
void bko__policy_apply(struct bko__head *head, const struct bko_policy *policy);

/* The policy that the head carries. */
void bko__policy_of(const struct bko__head *head, struct bko_policy *policy);

#endif
