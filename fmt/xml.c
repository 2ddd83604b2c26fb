/* SPDX-License-Identifier: MIT */
/*
 * -o xml, to the byte that of conntrack-tools: compat.md 4.7. But for texts
 * that would break the document: they are escaped.
 */
#include "fmt/script.h"

#define FLOW	"<flow" WHEN S_EVENT " type=\"" RAW S_EVENT "\"" FI ">"
#define LAYER3	"<layer3 protonum=\"" RAW S_FAMILY "\" protoname=\"" \
		RAW S_FAMILY_WORD "\">"
#define LAYER4	"</layer3><layer4 protonum=\"" RAW S_PROTO_NUMBER \
		"\" protoname=\"" RAW S_PROTO "\">"
#define ADDRS	S_SRC "src" S_DST "dst" S_TEXT
#define PORTS	S_SPORT "sport" S_DPORT "dport" \
		S_SRCKEY_HEX "srckey" S_DSTKEY_HEX "dstkey" S_TEXT
#define DATE	WHEN S_HOUR "<when>" S_HOUR "hour" S_MIN "min" S_SEC "sec" \
		S_WDAY "wday" S_DAY "day" S_MONTH "month" S_YEAR "year" \
		S_TEXT "</when>" FI

static const struct script flow = {
	.language = SCRIPT_XML, .events = 1,
	.text = {
		FLOW DIR_0 DIR_1 "<meta direction=\"independent\">"
		S_STATE "state" S_STATE_WORD "state" S_TIMEOUT "timeout"
		S_MARK "mark" S_LABELS "labels" S_SECMARK "secmark"
		S_SECCTX "secctx" S_ZONE "zone" S_USE "use" S_ID "id" S_TEXT
		WHEN S_ASSURED "<assured/>" FI
		WHEN S_UNREPLIED "<unreplied/>" FI
		WHEN S_IF_KTIME "<timestamp>" S_START_NS "start" S_STOP_NS "stop"
		S_TEXT "</timestamp>" FI S_DELTA "deltatime" S_TEXT "</meta>"
		DATE S_HELPER "helper" S_TEXT "</flow>\n" END,

		"<meta direction=\"" RAW S_DIR "\">" LAYER3 ADDRS LAYER4 PORTS
		"</layer4>" S_DIR_ZONE "zone" S_TEXT
		WHEN S_PACKETS "<counters>" S_PACKETS "packets" S_BYTES "bytes"
		S_TEXT "</counters>" FI "</meta>" END,
	},
	.words = "original\0reply",
};

static const struct script expect = {
	.language = SCRIPT_XML, .events = 1,
	.text = {
		FLOW LAYER3 DIR_0 DIR_1 DIR_2 LAYER4 L4_0 L4_1 L4_2
		"</layer4><meta>" S_EXP_HELPER "helper-name"
		S_EXP_TIMEOUT "timeout" S_EXP_CLASS "class" S_EXP_ZONE "zone"
		S_TEXT DATE WHEN S_PERMANENT "<permanent/>" FI
		WHEN S_INACTIVE "<inactive/>" FI
		WHEN S_USERSPACE "<userspace/>" FI "</meta></flow>\n" END,

		"<" RAW S_DIR ">" ADDRS "</" RAW S_DIR ">" END,

		"<" RAW S_DIR ">" PORTS "</" RAW S_DIR ">" END,
	},
	.words = "expected\0mask\0master",
};

static void xml_flow(struct out *o, const struct ct_flow *f,
		     const struct fmt_how *how)
{
	script_flow(o, &flow, f, how);
}

static void xml_expect(struct out *o, const struct ct_expect *e,
		       const struct fmt_how *how)
{
	script_expect(o, &expect, e, how);
}

#define HEADER	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
#define XML	.flow = xml_flow, .expect = xml_expect

const struct fmt fmt_xml_bare = { XML };
const struct fmt fmt_xml = {
	XML, .frame = "\0\0" HEADER "<conntrack>\n\0</conntrack>\n\0",
};
const struct fmt fmt_xml_expect = {
	XML, .frame = "\0\0" HEADER "<expect>\n\0</expect>\n\0",
};
