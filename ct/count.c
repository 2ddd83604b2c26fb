/* SPDX-License-Identifier: MIT */
#include "ct/count.h"

#include "ct/tables.h"

static void request(struct nl_put *m, unsigned subsys, unsigned msg,
		    uint16_t flags)
{
	size_t mark = nl_msg_begin(m, nl_msg_type(subsys, msg),
				   (uint16_t)(flags | NLM_F_ACK), 0);

	nl_msg_end(m, mark);
}

void ct_count_request(struct nl_put *m)
{
	request(m, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS, 0);
}

void ct_stats_request(struct nl_put *m, int expect)
{
	if (expect)
		request(m, NFNL_SUBSYS_CTNETLINK_EXP,
			IPCTNL_MSG_EXP_GET_STATS_CPU, NLM_F_DUMP);
	else
		request(m, NFNL_SUBSYS_CTNETLINK,
			IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_DUMP);
}

int ct_count_read(const struct nl_msg *m, uint32_t *entries)
{
	struct nl_attr a;

	if (nl_attr_find(m->attrs, CTA_STATS_GLOBAL_ENTRIES, &a) <= 0 ||
	    a.len < 4)
		return -EBADMSG;
	*entries = nl_be32(a.data);
	return 0;
}

int ct_stats_read(const struct nl_msg *m, struct ct_stats *s)
{
	s->has = 0;
	s->cpu = m->res_id;
	return nl_decode(&ct_stats_table, m->attrs, NL_ALL, s);
}
