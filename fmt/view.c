/* SPDX-License-Identifier: MIT */
#include "fmt/view.h"

#include "ct/names.h"
#include "ct/proto.h"

#include <stddef.h>
#include <sys/socket.h>

const uint8_t view_nothing[8];

void view_dir(struct view *v, unsigned dir)
{
	const struct ct_tuple *t = &v->tuples[dir];
	const struct ct_proto *proto = ct_proto_of(t->proto);

	v->proto = proto->name;
	v->protonum = t->proto;
	v->base[BASE_TUPLE] = t;
	v->base[BASE_PORTS] = v->base[BASE_KEYS] = v->base[BASE_COUNTERS] =
		view_nothing;
	if (proto->l4 == CT_L4_PORTS)
		v->base[BASE_PORTS] = t;
	if (proto->l4 == CT_L4_KEYS)
		v->base[BASE_KEYS] = t;
	if (v->flow)
		v->base[BASE_COUNTERS] = &v->flow->counters[dir];
}

/* What entries and expectations have in common. */
__attribute__((noinline))	/* smaller */
static void look(struct view *v, unsigned language,
		 const struct fmt_how *how, const void *record,
		 const struct ct_tuple *tuples, uint8_t family)
{
	v->language = (uint8_t)language;
	v->how = how;
	v->has = VIEW_ALWAYS;
	v->stencil = NULL;
	v->base[BASE_VIEW] = v;
	v->base[BASE_RECORD] = record;
	v->base[BASE_SHOW] = &how->show;
	v->base[BASE_SAVED] = &v->saved;
	v->tuples = tuples;
	view_dir(v, 0);
	v->family = family;
	v->family_word = family == AF_INET ? "ipv4" :
			 family == AF_INET6 ? "ipv6" : "unknown";
	if (how->event) {
		v->has |= VIEW_EVENT;
		v->event = ct_name_of(v->language == SCRIPT_XML ?
				      CT_EVENT_KINDS : CT_EVENTS, how->event);
	}
}

/* When it was, also in local time. */
static void look_at_clock(struct view *v, uint64_t ns)
{
	v->time_ns = ns;
	if (v->how->show & FMT_STAMP) {
		v->has |= VIEW_DATE;
		clock_split(&v->date, v->how->zone,
			    (int64_t)(ns / CLOCK_SECOND));
	}
}

/* Is there a label to show? For people and -R, one that is set. */
static int has_label(const struct view *v)
{
	const struct ct_label_map *map = v->how->labels;

	if (v->language < SCRIPT_PLAIN || v->language == SCRIPT_BY)
		return map || v->language != SCRIPT_XML;
	for (unsigned i = 0; i < 8 * CT_LABEL_BYTES; i++)
		if (ct_label_test(v->flow->labels, i) &&
		    (v->language == SCRIPT_SAVE || (map && map->bit[i].name)))
			return 1;
	return 0;
}

static void look_at_status(struct view *v, const struct ct_flow *f)
{
	v->base[BASE_STATUS] = view_nothing;
	if (!(f->has & CT_STATUS))
		return;
	v->base[BASE_STATUS] = &f->status;
	if (!(f->status & IPS_SEEN_REPLY))
		v->has |= VIEW_UNREPLIED;
	if (f->status & (IPS_HW_OFFLOAD | IPS_OFFLOAD | IPS_ASSURED))
		v->has |= VIEW_FLAG;
	v->flag = f->status & IPS_HW_OFFLOAD ? "HW_OFFLOAD" :
		  f->status & IPS_OFFLOAD ? "OFFLOAD" : "ASSURED";
}

/* Not in line: members of a view in a register are reached by short code. */
__attribute__((noinline))
void view_flow(struct view *v, unsigned language,
		 const struct ct_flow *f, const struct fmt_how *how)
{
	const struct ct_proto *proto = ct_proto_of(f->dir[CT_ORIG].proto);

	v->saved.has = proto->l4 == CT_L4_NONE ? SAVE_UNNAMED : SAVE_NAMED;
	v->flow = f;
	look(v, language, how, f, f->dir, f->family);
	v->base[BASE_TIMES] = &f->times;
	v->base[BASE_HELPER] = &f->helper;
	v->base[BASE_SECCTX] = &f->secctx;
	v->base[BASE_INFO] = &f->info;
	look_at_status(v, f);
	if (f->info.has & proto->state) {
		v->state = f->info.state;
		v->state_word = ct_name_of(proto->states, v->state);
		v->has |= v->state_word ? VIEW_STATE_WORD : VIEW_STATE;
	}
	v->saved.status = f->status & SAVE_BITS;
	v->saved.role = f->info.role ? "server" : "client";
	if (f->has & CT_LABELS && has_label(v))
		v->has |= VIEW_LABELS;
	if (how->show & FMT_KTIME && f->times.has)
		v->has |= VIEW_KTIME;
	if (f->times.has & CT_START) {
		v->has |= VIEW_DELTA;
		v->delta = fmt_delta(&f->times, how);
	}
	if (how->port)
		v->has |= VIEW_PORTID | (how->program ? VIEW_PROGRAM : 0);
	v->port = how->port;
	v->program = how->program;
	if (how->event)
		look_at_clock(v, f->has & CT_EVENT_TIME ? f->event_ns :
			      how->now_ns);
}

void view_expect(struct view *v, unsigned language,
		 const struct ct_expect *e, const struct fmt_how *how)
{
	v->flow = NULL;
	look(v, language, how, e, &e->tuple, e->family);
	v->base[BASE_STATUS] = view_nothing;
	if (e->has & CT_EXP_FLAGS) {
		v->base[BASE_STATUS] = &e->flags;
		if (e->flags)
			v->has |= VIEW_FLAGS;
	}
	look_at_clock(v, how->now_ns);
}
