/* SPDX-License-Identifier: MIT */
/*
 * Events: what the kernel tells the members of its multicast groups.
 * ctnetlink.md 1.5 and 3.11.
 */
#ifndef CT_EVENT_H
#define CT_EVENT_H

#include <stdint.h>

enum ct_event {
	CT_EVENT_NONE,		/* a record that was asked for */
	CT_EVENT_NEW,
	CT_EVENT_UPDATE,
	CT_EVENT_DESTROY,
};

/* Groups to listen to, as bits of nl_groups; that of an entry's event: */
#define CT_GROUP(event)		(1u << ((event) - CT_EVENT_NEW))
#define CT_GROUPS_FLOW		0x07u
#define CT_GROUPS_EXPECT	0x28u	/* expectations are never updated */

/*
 * What a message tells, by its number in the subsystem of the table,
 * IPCTNL_MSG_*, and its flags. CT_EVENT_NONE for any other number.
 */
enum ct_event ct_event_of(unsigned message, unsigned flags);

#endif
