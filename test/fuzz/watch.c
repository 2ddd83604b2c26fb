/* SPDX-License-Identifier: MIT */
/*
 * -E, of a kernel that says anything, and who the senders are by a /proc that
 * does.
 *
 * Input: the command; the table of sockets, as far as a NUL; the name of a
 * program, likewise; then a script for the world.
 */
#include "test/fuzz/command.h"

static const struct command commands[] = {
	{ "-E -o json", COMMAND_LINES | COMMAND_COUNTS },
	{ "-E", 0 },
	{ "-E -o extended,id,timestamp,ktimestamp,labels", 0 },
	{ "-E -o xml,timestamp", COMMAND_XML | COMMAND_COUNTS },
	{ "-E -e NEW,DESTROY -o save", 0 },
	{ "-E -p tcp --dport 80 -m 5 -o jsonl", COMMAND_LINES |
						COMMAND_COUNTS },
	{ "-E expect -o json", COMMAND_LINES | COMMAND_COUNTS },
	{ "-E expect -o xml", COMMAND_XML | COMMAND_COUNTS },
	{ "-E expect", 0 },
	{ "-E --snapshot -o json", COMMAND_LINES },
	{ "-E --snapshot ! -p udp -n 192.0.2.1", 0 },
	{ "-E -b 1000 -o id", 0 },
};

static struct fuzz_in sockets, program;

static void files(void)
{
	static const char setting[] = "2\n";

	world_file("/proc/net/netlink", sockets.p, sockets.left);
	world_file("/proc/77/comm", program.p, program.left);
	world_file("/proc/4097/comm", program.p, program.left);
	world_file("/proc/sys/net/netfilter/nf_conntrack_events", setting,
		   sizeof(setting) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static uint8_t rest[FUZZ_MAX];
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };

	rest[0] = fuzz_u8(&in);
	sockets = fuzz_until(&in, '\0');
	program = fuzz_until(&in, '\0');
	for (n = 0; n < in.left && n + 1 < sizeof(rest); n++)
		rest[n + 1] = in.p[n];
	command_run(commands, COUNT(commands),
		    (struct fuzz_in){ rest, n + 1 }, files);
	return 0;
}
