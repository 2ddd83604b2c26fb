/* SPDX-License-Identifier: MIT */
#include "cli/tell.h"

#include "cli/file.h"
#include "cli/opts.h"
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
	E(EINTR,           "Interrupted system call") \
	E(EIO,             "Input/output error") \
	E(EBADF,           "Bad file descriptor") \
	E(EAGAIN,          "Resource temporarily unavailable") \
	E(ENOMEM,          "Cannot allocate memory") \
	E(EACCES,          "Permission denied") \
	E(EBUSY,           "Device or resource busy") \
	E(EEXIST,          "File exists") \
	E(ENOTDIR,         "Not a directory") \
	E(EISDIR,          "Is a directory") \
	E(EINVAL,          "Invalid argument") \
	E(EMFILE,          "Too many open files") \
	E(EFBIG,           "File too large") \
	E(ENOSPC,          "No space left on device") \
	E(EPIPE,           "Broken pipe") \
	E(ERANGE,          "Numerical result out of range") \
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

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define NUMBER(error, text)	error,
#define TEXT(error, text)	text "\0"

/* Numbers, and their texts one behind the other in the same order. */
static const uint16_t error_numbers[] = { ERRORS(NUMBER) };
static const char error_texts[] = ERRORS(TEXT);

static const char *error_text(int error)
{
	static char unknown[] = "Unknown error 4294967295";
	unsigned i = 0;

	while (i < COUNT(error_numbers) && error_numbers[i] != error)
		i++;
	if (i < COUNT(error_numbers))
		return cli_part(error_texts, i);
	*text_u32(unknown + sizeof("Unknown error ") - 1,
		  (uint32_t)error) = '\0';
	return unknown;
}

/* Everything on stderr goes through here, and leaves a sentence at a time. */
static char err_buf[OUT_ROOM];
static struct out err = { .buf = err_buf, .cap = sizeof(err_buf),
			  .fd = STDERR_FILENO };

/* Each % in text stands for the next argument. Returns what is behind a \f. */
static const char *put(const char *text, const char *const *arg)
{
	for (; *text && *text != '\f'; text++) {
		if (*text == '%')
			out_str(&err, *arg++);
		else
			out_char(&err, *text);
	}
	return *text ? text + 1 : NULL;
}

static int progress;	/* a line of it stands on the terminal */

static void say(const char *text, const char *const *arg)
{
	tell_progress_end();
	put(text, arg);
	out_flush(&err);
}

#define SAY(text, ...)	say(text, (const char *const []){ __VA_ARGS__ })

/* A number as text, good until the next but one. */
static const char *number(uint32_t n)
{
	static char text[2][TEXT_U32 + 1];
	static unsigned turn;
	char *p = text[++turn % 2];

	*text_u32(p, n) = '\0';
	return p;
}

void tell_progress(uint32_t n)
{
	SAY("% ...", number(n));
	progress = 1;
}

void tell_progress_end(void)
{
	if (!progress)
		return;
	progress = 0;
	out_str(&err, "\r\33[K");
	out_flush(&err);
}

__attribute__((noinline)) void tell_line(const char *line)
{
	SAY("%\n", line);
}

/* Which line of a load file it was. */
static void say_line(uint32_t line)
{
	if (line)
		SAY("hint: line % of the file\n", number(line));
}

static void say_usage(void)
{
	SAY("Try `conntrack -h' or 'conntrack --help' for more information.\n",
	    NULL);
}

int tell_why(const struct cli_req *q)
{
	const struct cli_why *why = &q->why;
	const char *advice;

	put("%: ", (const char *const []){ tell_version });
	advice = put(why->text, why->arg);
	SAY("\n", NULL);
	if (why->code == EXIT_USAGE)
		say_usage();
	say_line(q->line);
	if (advice) {
		out_str(&err, "hint: ");
		say(advice, &why->arg[1]);
		tell_line("");
	}
	if (why->near && (why->word == why->arg[0] ||
			  why->word == why->arg[1]))
		SAY("hint: did you mean %%?\n",
		    *why->arg[0] == '-' ? why->arg[0] : "", why->near);
	return why->code;
}

int tell_file(const char *path, uint32_t line, int error)
{
	const int usage = !line || error == -E2BIG;
	const char *reason = error_text(-error);

	if (error == -EILSEQ)
		reason = "there is a NUL in it";
	SAY(error == -E2BIG ? "%: Parameter too long!\n" :
	    line ? "%: cannot read file %\n" :
		   "%: Failed to open file % for reading\n",
	    tell_version, path);
	if (usage)
		say_usage();
	if (error != -E2BIG)
		SAY("hint: %\n", reason);
	say_line(line);
	return usage ? EXIT_USAGE : EXIT_FAILED;
}

void tell_refused(uint32_t lines)
{
	if (lines > TELL_LINES)
		SAY("%: % lines have been refused.\n", tell_version,
		    number(lines));
}

void tell_sentence(const char *sentence)
{
	SAY("%: %\n", tell_version, sentence);
}

void tell_count(uint32_t n, int expect, const char *done)
{
	static const char what[] = "flow entries\0" "expectations\0"
				   "flow events\0" "expectation events";

	SAY("%: % % have been %.\n", tell_version, number(n),
	    cli_part(what, (unsigned)expect), done);
}

void tell_numbers(const char *line, uint32_t a, uint32_t b)
{
	SAY(line, number(a), number(b));
}

#define ALL	UINT32_MAX
#define GET	(CMD_GET | ON_EXPECT(CMD_GET))
#define MAKE	(CMD_CREATE | CMD_ADD)

/*
 * What the old tool says in place of the C library's words, and hints: what
 * the user can do about it.
 */
#define SENTENCES(S) \
	S(NOTHING,      "") \
	S(NO_ROOT,      "sorry, you must be root or get CAP_NET_ADMIN " \
			"capability to do this") \
	S(BE_ROOT,      "be root in the user namespace of this network, or: " \
			"setcap cap_net_admin+ep FILE") \
	S(MAY_BE_FIXED, "be root; a FIXED_TIMEOUT stays as it is") \
	S(INVALID,      "invalid parameters") \
	S(NO_CTNETLINK, "load the module nf_conntrack_netlink") \
	S(NO_ENTRY,     "such conntrack doesn't exist") \
	S(EXISTS,       "Such conntrack exists, try -U to update") \
	S(NO_MASTER,    "master conntrack not found") \
	S(EXPIRED,      "conntrack has expired") \
	S(FULL,         "raise net.netfilter.nf_conntrack_max") \
	S(NO_NAT,       "no such helper, or another translation") \
	S(NO_HELPER,    "the master has no helper") \
	S(NO_MEMORY,    "not enough memory") \
	S(NO_FAMILY,    "protocol not supported") \
	S(NO_NETLINK,   "load the module nfnetlink") \
	S(NO_FUNCTION,  "function not implemented") \
	S(INTERRUPTED,  "Interrupted dump") \
	S(CHANGED,      "the table changed meanwhile: try again") \
	S(DROPPED,      "part of the answer is lost: raise " \
			"net.core.rmem_default") \
	S(LATE,         "no answer in time: try again") \
	S(UNREADABLE,   "the answer is damaged") \
	S(NO_ROOM,      "no room: a rule must use labels before the " \
			"entry is made") \
	S(EMPTY,        "nothing is tracked here without a rule that asks: " \
			"ct state, nat")

#define NAME(name, text)	name,

enum { SENTENCES(NAME) };
static const char sentences[] = SENTENCES(TEXT);

/* What is said about a failure of some commands: the first row that fits. */
static const struct failure {
	uint32_t	 cmds;
	uint16_t	 error;
	uint8_t		 text, hint;	/* sentences */
} failures[] = {
	{ CMD_UPDATE | CMD_ADD, EPERM, NO_ROOT, MAY_BE_FIXED },
	{ ALL, EPERM, NO_ROOT, BE_ROOT },
	{ CMD_ADD, EINVAL, NOTHING, NOTHING },
	{ GET | CMD_CREATE | CMD_UPDATE | CMD_DELETE, EINVAL, INVALID, NOTHING },
	{ CMD_STATS | ON_EXPECT(CMD_STATS) | ON_EXPECT(CMD_COUNT),
	  EINVAL, NOTHING, NO_CTNETLINK },
	{ ALL, EINVAL, INVALID, NO_CTNETLINK },
	{ CMD_CREATE, EEXIST, EXISTS, NOTHING },
	{ CMD_GET | MAKE | CMD_DELETE, ENOENT, NO_ENTRY, NOTHING },
	{ ON_EXPECT(CMD_CREATE), ENOENT, NO_MASTER, NOTHING },
	{ MAKE | ON_EXPECT(CMD_CREATE), ENOMEM, NO_MEMORY, FULL },
	{ GET, ENOMEM, NO_MEMORY, NOTHING },
	{ MAKE, ETIME, EXPIRED, NOTHING },
	{ CMD_ADD, EOPNOTSUPP, NOTHING, NO_NAT },
	{ ON_EXPECT(CMD_CREATE), EOPNOTSUPP, NOTHING, NO_HELPER },
	{ GET, EAFNOSUPPORT, NO_FAMILY, NO_NETLINK },
	{ ALL, EAFNOSUPPORT, NOTHING, NO_NETLINK },
	{ ALL, EPROTONOSUPPORT, NOTHING, NO_NETLINK },
	{ ALL, ENOTSUPP, NO_FUNCTION, NOTHING },
	{ ALL, EINTR, INTERRUPTED, CHANGED },
	{ ALL, ENOBUFS, NOTHING, DROPPED },
	{ ALL, ETIMEDOUT, NOTHING, LATE },
	{ ALL, EBADMSG, NOTHING, UNREADABLE },
	{ ALL, EMSGSIZE, NOTHING, UNREADABLE },
	{ ALL, 0, NOTHING, NOTHING },
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

static void say_hint(unsigned sentence)
{
	uint32_t count, max;

	if (!sentence)
		return;
	out_str(&err, "hint: ");
	if (sentence == FULL && file_setting("count", &count) == 0 &&
	    file_setting("max", &max) == 0)
		put("% of % entries: ", (const char *const []){
			number(count), number(max) });
	SAY("%\n", cli_part(sentences, sentence));
}

int tell_failure(const struct cli_req *q, int error, const struct nl_ack *ack)
{
	const struct failure *f = failure_of(q, -error);

	SAY("%: Operation failed: %\n", tell_version,
	    f->text ? cli_part(sentences, f->text) : error_text(-error));
	say_line(q->line);
	if (ack && ack->text[0])
		SAY("hint: the kernel says: %\n", ack->text);
	say_hint(f->hint);
	return EXIT_FAILED;
}

const char *tell_no_netns(int error)
{
	return error == EINVAL ? "it is none" :
	       error == EPERM ? "be root or get CAP_SYS_ADMIN" :
	       error_text(error);
}

void tell_setting(const char *name, const char *what)
{
	SAY("hint: net.netfilter.nf_conntrack_% is %\n", name, what);
}

void tell_hint(enum tell_advice advice)
{
	say_hint(NO_ROOM + advice);
}

int tell_no_events(int expect, int error)
{
	if (!expect)
		SAY("mnl_socket_bind: %\n", error_text(-error));
	tell_sentence(expect ? "Can't open handler"
			     : "Can't open netlink socket");
	say_hint(error == -EPERM ? BE_ROOT : NOTHING);
	return EXIT_FAILED;
}

int tell_write_failure(int error)
{
	if (error != -EPIPE)
		SAY("%: cannot write to standard output: %\n"
		    "hint: the output is incomplete\n",
		    tell_version, error_text(-error));
	return EXIT_FAILED;
}

void tell_labelmap(int error)
{
	SAY("nfct_labelmap_new: %\n", error_text(-error));
}
