/* SPDX-License-Identifier: MIT */
/* Commands that read a table, against a kernel that says anything. */
#include "test/fuzz/command.h"

#define JSON	(COMMAND_WHOLE | COMMAND_COUNTS)
#define JSONL	(COMMAND_LINES | COMMAND_COUNTS)
#define XML	(COMMAND_XML | COMMAND_COUNTS)

static const struct command commands[] = {
	{ "-L -o json", JSON },
	{ "-L", 0 },
	{ "-L -o jsonl,ktimestamp,labels", JSONL },
	{ "-L -o xml,id,ktimestamp,timestamp,labels", XML },
	{ "-L -o extended,id,timestamp,ktimestamp,labels", 0 },
	{ "-L -o restore", 0 },
	{ "-L -o save -p tcp --dport 80,8000-8999", 0 },
	{ "-L -p tcp -s 192.0.2.0/24 ! --dport 443 -o json", JSON },
	{ "-L -u UNREPLIED -w 3 -m 5/7 -o json", JSON },
	{ "-L --state ESTABLISHED -f ipv6 -o json", JSON },
	{ "-L -n -o json", JSON },
	{ "-L -l zero,far -o json", JSON },
	{ "-L dying -o json", JSON },
	{ "-L unconfirmed", 0 },
	{ "-L expect", 0 },
	{ "-L expect -o xml", XML },
	{ "-L expect -o json", JSON },
	{ "-L --by state", 0 },
	{ "-L --by src,dst/16,sport,dport,proto -o json",
	  COMMAND_WHOLE | COMMAND_SUMS | COMMAND_COUNTS },
	{ "-L --by reply-src/24,reply-dst,mark,zone,status,helper,label "
	  "-o jsonl", COMMAND_LINES | COMMAND_SUMS | COMMAND_COUNTS },
	{ "-L --by src,label --top 3", 0 },
	{ "-L -p udp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 -w 0 "
	  "-o json", JSON },
	{ "-G -p udp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 -o json",
	  COMMAND_WHOLE },
	{ "-G -p icmp -s 192.0.2.1 -d 192.0.2.2 --icmp-type 8 "
	  "--icmp-code 0", 0 },
	{ "-G expect -p tcp -s 192.0.2.1 -d 192.0.2.2 --sport 1 --dport 2 "
	  "--reply-port-src 1 --reply-port-dst 1 -o json",
	  COMMAND_WHOLE | COMMAND_SILENT },
	{ "-C", 0 },
	{ "-C -o json", COMMAND_WHOLE },
	{ "-C expect -o json", COMMAND_WHOLE },
	{ "-C -o openmetrics", 0 },
	{ "-S", 0 },
	{ "-S -o json", COMMAND_WHOLE },
	{ "-S expect", 0 },
	{ "-S -o openmetrics", 0 },
};

static void files(void)
{
	static const char count[] = "12\n";
	static const char stats[] =
		"entries  clashres found new expect_new expect_create\n"
		"0000000c  00000000 0000000a 00000001 00000002 00000003\n"
		"0000000c  00000000 0000000b 00000001 00000002 00000003\n";

	world_file("/proc/sys/net/netfilter/nf_conntrack_count", count,
		   sizeof(count) - 1);
	world_file("/proc/net/stat/nf_conntrack", stats, sizeof(stats) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };

	command_run(commands, COUNT(commands), in, files);
	return 0;
}
