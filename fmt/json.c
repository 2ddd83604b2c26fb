/* SPDX-License-Identifier: MIT */
/*
 * -o json and -o jsonl: an object a record. The keys are the words of the
 * plain line, grouped by direction; fmt/flow.schema.json describes them all. A
 * key is there when the kernel sent the value.
 */
#include "fmt/script.h"

#define HEAD	"{" S_EVENT "event" S_TIME "time" S_FAMILY_WORD "family" \
		S_PROTO "proto" S_PROTO_NUMBER "protonum"
#define DIR	"," RAW S_DIR ":{" S_SRC "src" S_DST "dst" \
		S_SPORT "sport" S_DPORT "dport" \
		S_SRCKEY "srckey" S_DSTKEY "dstkey" \
		S_TYPE "type" S_CODE "code" S_ICMP_ID "id" \
		S_PACKETS "packets" S_BYTES "bytes" S_DIR_ZONE "zone" \
		S_TEXT "}" END

static const struct script flow = {
	.language = SCRIPT_JSON, .events = 1,
	.text = {
		HEAD S_TIMEOUT "timeout" S_STATE "state" S_STATE_WORD "state"
		S_TEXT DIR_0 DIR_1 S_STATUS "status" S_MARK "mark"
		S_SECMARK "secmark" S_ZONE "zone" S_USE "use" S_ID "id"
		S_LABELS "labels" S_HELPER "helper" S_SECCTX "secctx"
		S_START "start" S_STOP "stop" S_DELTA "delta"
		S_PORTID "portid" S_PROGNAME "progname" S_TEXT "}" END,
		DIR,
	},
	.words = "orig\0reply",
};

static const struct script expect = {
	.language = SCRIPT_JSON, .events = 1,
	.text = {
		HEAD S_EXP_TIMEOUT "timeout" S_TEXT DIR_0 DIR_1 DIR_2
		S_EXP_ZONE "zone" S_EXP_FLAGS "flags" S_EXP_CLASS "class"
		S_EXP_HELPER "helper" S_EXP_FN "fn" S_EXP_ID "id" S_TEXT
		"}" END,
		DIR,
	},
	.words = "expected\0mask\0master",
};

static void json_flow(struct out *o, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	script_flow(o, &flow, f, how);
}

static void json_expect(struct out *o, const struct ct_expect *e,
			const struct fmt_how *how)
{
	script_expect(o, &expect, e, how);
}

#define JSON	.flow = json_flow, .expect = json_expect

const struct fmt fmt_json = { JSON, .frame = ",\n\0\0[\n\0\n]\n\0[]\n" };
const struct fmt fmt_jsonl = { JSON, .frame = "\0\n\0\0\0" };
