/* SPDX-License-Identifier: MIT */
#include "cli/tell.h"

#include "fmt/out.h"
#include "fmt/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char tell_version[] = "conntrack v" VERSION " (rawtrack)";

#define ENOTSUPP	524	/* the kernel's own; in no libc */

/*
 * The words of glibc's strerror, which scripts know, for what may happen
 * here; other C libraries have others.
 */
#define ERRORS(E) \
	E(0,               "Success") \
	E(EPERM,           "Operation not permitted") \
	E(ENOENT,          "No such file or directory") \
	E(EIO,             "Input/output error") \
	E(EBADF,           "Bad file descriptor") \
	E(ENOMEM,          "Cannot allocate memory") \
	E(EACCES,          "Permission denied") \
	E(EBUSY,           "Device or resource busy") \
	E(EEXIST,          "File exists") \
	E(ENOTDIR,         "Not a directory") \
	E(EISDIR,          "Is a directory") \
	E(EINVAL,          "Invalid argument") \
	E(ENFILE,          "Too many open files in system") \
	E(EMFILE,          "Too many open files") \
	E(EFBIG,           "File too large") \
	E(ENOSPC,          "No space left on device") \
	E(EROFS,           "Read-only file system") \
	E(EPIPE,           "Broken pipe") \
	E(ERANGE,          "Numerical result out of range") \
	E(ELOOP,           "Too many levels of symbolic links") \
	E(ENAMETOOLONG,    "File name too long") \
	E(ENOSYS,          "Function not implemented") \
	E(ETIME,           "Timer expired") \
	E(EBADMSG,         "Bad message") \
	E(EMSGSIZE,        "Message too long") \
	E(EPROTONOSUPPORT, "Protocol not supported") \
	E(EOPNOTSUPP,      "Operation not supported") \
	E(EAFNOSUPPORT,    "Address family not supported by protocol") \
	E(ENOBUFS,         "No buffer space available") \
	E(ETIMEDOUT,       "Connection timed out") \
	E(EDQUOT,          "Disk quota exceeded")

#define NUMBER(error, text)	error,
#define TEXT(error, text)	text "\0"

/* Numbers, and their texts one behind the other in the same order. */
static const uint16_t error_numbers[] = { ERRORS(NUMBER) };
static const char error_texts[] = ERRORS(TEXT);

static const char *error_text(int error)
{
	static char unknown[] = "Unknown error 4294967295";
	const char *text = error_texts;

	for (size_t i = 0; *text; i++) {
		if (error_numbers[i] == error)
			return text;
		text += strlen(text) + 1;
	}
	*text_u32(unknown + sizeof("Unknown error ") - 1,
		  (uint32_t)error) = '\0';
	return unknown;
}

/* Everything on stderr goes through here, a sentence at a time. */
static void say(const char *const *part)
{
	char buf[2 * OUT_ROOM];
	struct out o = { .buf = buf, .cap = sizeof(buf), .fd = STDERR_FILENO };

	for (; *part; part++)
		out_str(&o, *part);
	out_flush(&o);
}

#define SAY(...)	say((const char *const []){ __VA_ARGS__, NULL })

void tell_line(const char *line)
{
	SAY(line, "\n");
}

int tell_why(const struct cli_why *why)
{
	char buf[2 * OUT_ROOM];
	struct out o = { .buf = buf, .cap = sizeof(buf), .fd = STDERR_FILENO };
	const char *const *arg = why->arg;

	out_str(&o, tell_version);
	out_str(&o, ": ");
	for (const char *p = why->text; *p; p++) {
		if (*p == '%')
			out_str(&o, *arg++);
		else
			out_char(&o, *p);
	}
	out_str(&o, why->code == EXIT_USAGE ? "\nTry `conntrack -h' or "
		"'conntrack --help' for more information.\n" : "\n");
	out_flush(&o);
	return why->code;
}

void tell_count(uint32_t n, const char *what)
{
	char count[TEXT_U32 + 1];

	*text_u32(count, n) = '\0';
	SAY(tell_version, ": ", count, " ", what, "\n");
}

#define ALL	UINT32_MAX
#define GET	(CMD_GET | ON_EXPECT(CMD_GET))
#define NO_NETLINK \
	"this kernel has no nfnetlink: load the module nfnetlink, or " \
	"enable CONFIG_NETFILTER_NETLINK"
#define NO_CTNETLINK \
	"if this kernel has no ctnetlink, load the module " \
	"nf_conntrack_netlink"
#define UNREADABLE \
	"the kernel's answer could not be read to its end, and the list " \
	"is incomplete: please report this"

/*
 * What is said about a failure of some commands: what the old tool says in
 * place of the C library's words, and what the user can do about it. The
 * first row that fits counts.
 */
static const struct failure {
	int		 error;
	uint32_t	 cmds;
	const char	*text, *hint;	/* either may be NULL */
} failures[] = {
	{ EPERM, ALL, "sorry, you must be root or get CAP_NET_ADMIN "
	  "capability to do this",
	  "run it as root, or give the program the capability: "
	  "setcap cap_net_admin+ep FILE" },
	{ EINVAL, GET, "invalid parameters", NULL },
	{ EINVAL, CMD_STATS | ON_EXPECT(CMD_STATS) | ON_EXPECT(CMD_COUNT),
	  NULL, NO_CTNETLINK },
	{ EINVAL, ALL, "invalid parameters", NO_CTNETLINK },
	{ ENOENT, CMD_GET, "such conntrack doesn't exist", NULL },
	{ ENOMEM, GET, "not enough memory", NULL },
	{ EAFNOSUPPORT, GET, "protocol not supported", NO_NETLINK },
	{ EAFNOSUPPORT, ALL, NULL, NO_NETLINK },
	{ EPROTONOSUPPORT, ALL, NULL, NO_NETLINK },
	{ ENOTSUPP, ALL, "function not implemented", NULL },
	{ EINTR, ALL, "Interrupted dump", "the table changed while it was "
	  "read, and the list may be incomplete: try again" },
	{ ENOBUFS, ALL, NULL, "the kernel had to drop part of its answer: "
	  "try again, or raise net.core.rmem_default" },
	{ ETIMEDOUT, ALL, NULL, "the kernel did not answer in time: try "
	  "again" },
	{ EBADMSG, ALL, NULL, UNREADABLE },
	{ EMSGSIZE, ALL, NULL, UNREADABLE },
	{ 0, ALL, NULL, NULL },
};

static const struct failure *failure_of(const struct cli_req *q, int error)
{
	const struct failure *f = failures;
	uint32_t cmd = q->table == CT_TABLE_EXPECT ? ON_EXPECT(q->cmd)
						   : q->cmd;

	while (f->error && (f->error != error || !(f->cmds & cmd)))
		f++;
	return f;
}

int tell_failure(const struct cli_req *q, int error, const struct nl_ack *ack,
		 const char *attribute)
{
	const struct failure *f = failure_of(q, -error);

	SAY(tell_version, ": Operation failed: ",
	    f->text ? f->text : error_text(-error), "\n");
	if (ack && ack->text[0])
		SAY("hint: the kernel says: ", ack->text,
		    attribute ? ": " : "", attribute ? attribute : "", "\n");
	if (f->hint)
		SAY("hint: ", f->hint, "\n");
	return EXIT_FAILED;
}

int tell_write_failure(int error)
{
	if (error != -EPIPE)
		SAY(tell_version, ": cannot write to standard output: ",
		    error_text(-error),
		    "\nhint: what was printed is incomplete\n");
	return EXIT_FAILED;
}

void tell_labelmap(int error)
{
	SAY("nfct_labelmap_new: ", error_text(-error), "\n");
}
