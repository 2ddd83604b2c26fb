/* SPDX-License-Identifier: MIT */
/* Commands that change a table, against a kernel that says anything. */
#include "test/fuzz/command.h"

#include <string.h>

static const struct command commands[] = {
	{ "-D -o json", COMMAND_WHOLE | COMMAND_COUNTS },
	{ "-D", 0 },
	{ "-D -p tcp --dport 80 -o jsonl", COMMAND_LINES | COMMAND_COUNTS },
	{ "-D -p udp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 -w 0 "
	  "-o json", COMMAND_WHOLE | COMMAND_COUNTS },
	{ "-D -f ipv6 -o save", 0 },
	{ "-D -o xml", COMMAND_XML | COMMAND_COUNTS },
	{ "-U -m 7 -o json", COMMAND_WHOLE | COMMAND_COUNTS },
	/* what is gone behind its change counts and is not shown */
	{ "-U -m 0x10/0xf0 -t 60 -u ASSURED -o json", COMMAND_WHOLE },
	{ "-U -p tcp --state TIME_WAIT -l zero --label-add one-1 -o json",
	  COMMAND_WHOLE },
	{ "-U --label-del -o jsonl", COMMAND_LINES },
	{ "-U --label-add far", 0 },
	{ "-L -z -o json", COMMAND_WHOLE | COMMAND_COUNTS },
	{ "-L -z -o xml", COMMAND_XML | COMMAND_COUNTS },
	{ "-I -p tcp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 -t 60 "
	  "--state ESTABLISHED -u ASSURED,SEEN_REPLY -o json", COMMAND_WHOLE },
	{ "-I -p udp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 -t 60 "
	  "-n 192.0.2.9 -m 3 --label-add zero", 0 },
	{ "-A -p udp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 -t 60 "
	  "-g 192.0.2.9:99 -m 3", 0 },
	{ "-A -p sctp -s 2001:db8::1 -d 2001:db8::2 --sport 1 --dport 2 -t 60 "
	  "--state CLOSED --orig-vtag 1 --reply-vtag 2 -o json",
	  COMMAND_WHOLE },
	{ "-I expect -p tcp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 "
	  "--tuple-src 192.0.2.3 --tuple-dst 192.0.2.4 --tuple-port-src 1 "
	  "--tuple-port-dst 2 --mask-src 255.255.255.0 "
	  "--mask-dst 255.255.255.255 --mask-port-src 0 "
	  "--mask-port-dst 65535 -t 9", 0 },
	{ "-D expect -p tcp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 "
	  "--reply-port-src 1 --reply-port-dst 1", 0 },
	{ "-F", COMMAND_EMPTIES },
	{ "-F -f ipv4", 0 },
	{ "-F expect", COMMAND_EMPTIES },
	{ "-R lines", 0 },
	{ "-R flush", COMMAND_EMPTIES },
	{ "-R json", COMMAND_WHOLE },
	{ "-R same", 0 },
};

#define NEW(port)	"-A -p udp -s 192.0.2.1 -d 192.0.2.2 --sport " #port \
			" --dport 2 -t 60 -m 3\n"

static const char some[] =
	"# lines of every kind\n" NEW(1) NEW(2) NEW(2) NEW(1) "\n"
	"-I -p tcp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 -t 60 "
	"--state CLOSE -g 192.0.2.8\n" NEW(3)
	"-D -p tcp\n" NEW(4) "-U -p udp -m 9\n" NEW(5);

static const char flush[] = NEW(1) "-F\n" NEW(1);

static const char json[] = NEW(1) "-D -o json\n" "-U -m 3 -o json\n";

/* More than a window. */
static const char *same(size_t *n)
{
	static char text[200 * sizeof(NEW(1))];
	static const char line[] = NEW(1);

	if (!*text)
		for (unsigned i = 0; i < 200; i++)
			memcpy(text + i * (sizeof(line) - 1), line,
			       sizeof(line) - 1);
	*n = 200 * (sizeof(line) - 1);
	return text;
}

static void files(void)
{
	size_t n;
	const char *text = same(&n);

	world_file("lines", some, sizeof(some) - 1);
	world_file("flush", flush, sizeof(flush) - 1);
	world_file("json", json, sizeof(json) - 1);
	world_file("same", text, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };

	command_run(commands, COUNT(commands), in, files);
	return 0;
}
