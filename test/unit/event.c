/* SPDX-License-Identifier: MIT */
#include "ct/event.h"
#include "nl/wire.h"
#include "test/unit/unit.h"

static void type_and_flags_say_what_happened(void **state)
{
	(void)state;
	assert_int_equal(ct_event_of(IPCTNL_MSG_CT_NEW, 0x600),
			 CT_EVENT_NEW);
	assert_int_equal(ct_event_of(IPCTNL_MSG_CT_NEW, NLM_F_CREATE),
			 CT_EVENT_NEW);
	assert_int_equal(ct_event_of(IPCTNL_MSG_CT_NEW, NLM_F_EXCL),
			 CT_EVENT_NEW);
	assert_int_equal(ct_event_of(IPCTNL_MSG_CT_NEW, 0), CT_EVENT_UPDATE);
	assert_int_equal(ct_event_of(IPCTNL_MSG_CT_NEW, NLM_F_MULTI),
			 CT_EVENT_UPDATE);
	for (unsigned flags = 0; flags <= UINT16_MAX; flags++)
		assert_int_equal(ct_event_of(IPCTNL_MSG_CT_DELETE, flags),
				 CT_EVENT_DESTROY);
}

/* Of another subsystem, or none: the number is then far off. */
static void other_messages_are_no_events(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++)
		for (unsigned subsys = 1; subsys <= 2; subsys++) {
			const unsigned message = type - (subsys << 8);

			assert_true(ct_event_of(message, 0) == CT_EVENT_NONE ||
				    (type >> 8 == subsys &&
				     ((type & 0xff) == IPCTNL_MSG_CT_NEW ||
				      (type & 0xff) == IPCTNL_MSG_CT_DELETE)));
		}
}

static void groups_are_the_kernels(void **state)
{
	(void)state;
	assert_int_equal(CT_GROUP(CT_EVENT_NEW),
			 1u << (NFNLGRP_CONNTRACK_NEW - 1));
	assert_int_equal(CT_GROUP(CT_EVENT_UPDATE),
			 1u << (NFNLGRP_CONNTRACK_UPDATE - 1));
	assert_int_equal(CT_GROUP(CT_EVENT_DESTROY),
			 1u << (NFNLGRP_CONNTRACK_DESTROY - 1));
	assert_int_equal(CT_GROUPS_EXPECT,
			 1u << (NFNLGRP_CONNTRACK_EXP_NEW - 1) |
			 1u << (NFNLGRP_CONNTRACK_EXP_DESTROY - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(type_and_flags_say_what_happened),
		cmocka_unit_test(other_messages_are_no_events),
		cmocka_unit_test(groups_are_the_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
