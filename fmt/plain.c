/* SPDX-License-Identifier: MIT */
/*
 * The default line, to the byte that of conntrack-tools: compat.md 4.3 and
 * 4.5. Clients count its blanks.
 */
#include "fmt/script.h"

#include "fmt/text.h"

#define L4	S_SPORT "sport" S_DPORT "dport" \
		S_SRCKEY_HEX "srckey" S_DSTKEY_HEX "dstkey" \
		S_TYPE "type" S_CODE "code" S_ICMP_ID "id"

/* From here on in this colour: ECMA-48, SGR; none is the usual one. */
#define COLOR(number)	WHEN S_IF_COLOR "\33[" number "m" FI

#define RED	"31"
#define GREEN	"32"
#define YELLOW	"33"
#define BLUE	"34"
#define CYAN	"36"

static const struct script flow = {
	.language = SCRIPT_PLAIN,
	.text = {
		WHEN S_IF_EXTENDED RAW S_FAMILY_COLUMN RAW S_FAMILY " " FI
		RAW S_PROTO_COLUMN RAW S_PROTO_NUMBER
		WHEN S_TIMEOUT " " RAW S_TIMEOUT FI COLOR(YELLOW)
		WHEN S_STATE " " RAW S_STATE FI
		WHEN S_STATE_WORD " " RAW S_STATE_WORD FI
		COLOR(CYAN) DIR_0
		COLOR(RED) WHEN S_UNREPLIED " [UNREPLIED]" FI
		COLOR(BLUE) DIR_1
		COLOR(GREEN) WHEN S_FLAG " [" RAW S_FLAG "]" FI COLOR("")
		S_MARK "mark" S_SECMARK "secmark" S_SECCTX "secctx"
		S_ZONE "zone" S_DELTA "delta-time"
		WHEN S_IF_KTIME
		WHEN S_START_DATE " [start=" RAW S_START_DATE "]" FI
		WHEN S_STOP_DATE " [stop=" RAW S_STOP_DATE "]" FI FI
		S_HELPER "helper" S_USE "use" WHEN S_IF_ID S_ID "id" FI
		S_LABELS "labels" END,

		S_SRC "src" S_DST "dst" L4
		WHEN S_DIR_ZONE " zone-" RAW S_DIR "=" RAW S_DIR_ZONE FI
		S_PACKETS "packets" S_BYTES "bytes" END,
	},
	.words = "orig\0reply",
};

static const struct script expect = {
	.language = SCRIPT_PLAIN,
	.text = {
		WHEN S_EXP_TIMEOUT RAW S_EXP_TIMEOUT " " FI
		"proto=" RAW S_PROTO_NUMBER DIR_0 DIR_1 DIR_2 S_EXP_ZONE "zone"
		WHEN S_ANY_FLAG " " RAW S_EXP_FLAGS FI S_EXP_CLASS "class"
		S_EXP_HELPER "helper" S_TEXT "\n" END,

		" " RAW S_DIR "src=" RAW S_SRC " " RAW S_DIR "dst=" RAW S_DST
		L4 END,
	},
	.words = "\0mask-\0master-",
};

__attribute__((noinline))	/* smaller */
uint64_t fmt_delta(const struct ct_times *t, const struct fmt_how *how)
{
	uint64_t start = t->start_ns / CLOCK_SECOND;
	uint64_t end = (t->has & CT_STOP ? t->stop_ns : how->now_ns) /
		       CLOCK_SECOND;

	return end > start ? end - start : 0;
}

char *fmt_stamp(char *p, uint64_t ns)
{
	uint64_t least = 10000000ull * CLOCK_SECOND;	/* of eight digits */

	*p++ = '[';
	for (; least > CLOCK_SECOND && least > ns; least /= 10)
		*p++ = '0';
	p = text_seconds(p, ns);
	return text_str(p, "]\t");
}

char *fmt_sender(char *p, const struct fmt_how *how)
{
	if (how->port) {
		p = text_u32(text_str(p, " [USERSPACE] portid="), how->port);
		if (how->program)
			p = text_word(text_str(p, " progname="), how->program);
	}
	return p;
}

/* Time and kind of an event. */
static char *put_event(char *p, const struct fmt_how *how, uint64_t ns)
{
	static const char words[][10] = {	/* from CT_EVENT_NEW on */
		"    [NEW] ", " [UPDATE] ", "[DESTROY] ",
	};

	if (how->show & FMT_STAMP)
		p = fmt_stamp(p, ns);
	if (how->event == CT_EVENT_NONE)
		return p;
	memcpy(p, words[how->event - CT_EVENT_NEW], sizeof(words[0]));
	return p + sizeof(words[0]);
}

static void plain_flow(struct out *o, const struct ct_flow *f,
		       const struct fmt_how *how)
{
	char *p;

	if (how->event)
		out_end(o, put_event(out_room(o), how,
				     f->has & CT_EVENT_TIME ? f->event_ns
							    : how->now_ns));
	script_flow(o, &flow, f, how);
	p = fmt_sender(out_room(o), how);
	*p++ = '\n';
	out_end(o, p);
}

void fmt_plain_expect(struct out *o, const struct ct_expect *e,
		      const struct fmt_how *how)
{
	out_end(o, put_event(out_room(o), how, how->now_ns));
	script_expect(o, &expect, e, how);
}

const struct fmt fmt_plain = {
	.flow = plain_flow,
	.expect = fmt_plain_expect,
};
