/* SPDX-License-Identifier: MIT */
#include "ct/event.h"

#include "nl/wire.h"

enum ct_event ct_event_of(unsigned message, unsigned flags)
{
	_Static_assert((int)IPCTNL_MSG_EXP_NEW == IPCTNL_MSG_CT_NEW &&
		       (int)IPCTNL_MSG_EXP_DELETE == IPCTNL_MSG_CT_DELETE,
		       "messages of both tables");

	if (message == IPCTNL_MSG_CT_DELETE)
		return CT_EVENT_DESTROY;
	if (message != IPCTNL_MSG_CT_NEW)
		return CT_EVENT_NONE;
	return flags & (NLM_F_CREATE | NLM_F_EXCL) ? CT_EVENT_NEW
						   : CT_EVENT_UPDATE;
}
