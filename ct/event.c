/* SPDX-License-Identifier: MIT */
#include "ct/event.h"

#include "nl/msg.h"

enum ct_event ct_event_of(uint16_t type, uint16_t flags, int expect)
{
	_Static_assert((int)IPCTNL_MSG_EXP_NEW == IPCTNL_MSG_CT_NEW &&
		       (int)IPCTNL_MSG_EXP_DELETE == IPCTNL_MSG_CT_DELETE,
		       "messages of both tables");

	if (type >> 8 != (expect ? NFNL_SUBSYS_CTNETLINK_EXP
				 : NFNL_SUBSYS_CTNETLINK))
		return CT_EVENT_NONE;
	switch (type & 0xff) {
	case IPCTNL_MSG_CT_NEW:
		return flags & (NLM_F_CREATE | NLM_F_EXCL) ? CT_EVENT_NEW
							   : CT_EVENT_UPDATE;
	case IPCTNL_MSG_CT_DELETE:
		return CT_EVENT_DESTROY;
	default:
		return CT_EVENT_NONE;
	}
}
