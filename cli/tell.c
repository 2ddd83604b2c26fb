/* SPDX-License-Identifier: MIT */
#include "cli/tell.h"

#include "fmt/out.h"
#include "fmt/text.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

const char tell_version[] = "conntrack v" VERSION " (rawtrack)";

#define ENOTSUPP	524	/* the kernel's own; in no libc */

/*
 * The words of glibc's strerror, which scripts know, for what may happen
 * here; other C libraries have others.
 */
static const struct {
	int		 error;
	const char	*text;
} words[] = {
	{ 0,               "Success" },
	{ EPERM,           "Operation not permitted" },
	{ ENOENT,          "No such file or directory" },
	{ EIO,             "Input/output error" },
	{ EBADF,           "Bad file descriptor" },
	{ ENOMEM,          "Cannot allocate memory" },
	{ EACCES,          "Permission denied" },
	{ EBUSY,           "Device or resource busy" },
	{ EEXIST,          "File exists" },
	{ ENOTDIR,         "Not a directory" },
	{ EISDIR,          "Is a directory" },
	{ EINVAL,          "Invalid argument" },
	{ ENFILE,          "Too many open files in system" },
	{ EMFILE,          "Too many open files" },
	{ EFBIG,           "File too large" },
	{ ENOSPC,          "No space left on device" },
	{ EROFS,           "Read-only file system" },
	{ EPIPE,           "Broken pipe" },
	{ ERANGE,          "Numerical result out of range" },
	{ ELOOP,           "Too many levels of symbolic links" },
	{ ENAMETOOLONG,    "File name too long" },
	{ ENOSYS,          "Function not implemented" },
	{ ETIME,           "Timer expired" },
	{ EBADMSG,         "Bad message" },
	{ EMSGSIZE,        "Message too long" },
	{ EPROTONOSUPPORT, "Protocol not supported" },
	{ EOPNOTSUPP,      "Operation not supported" },
	{ EAFNOSUPPORT,    "Address family not supported by protocol" },
	{ ENOBUFS,         "No buffer space available" },
	{ ETIMEDOUT,       "Connection timed out" },
	{ EDQUOT,          "Disk quota exceeded" },
};

/* Everything on stderr goes through here, a line at a time. */
static struct out err_begin(char *buf, size_t cap)
{
	return (struct out){ .buf = buf, .cap = cap, .fd = STDERR_FILENO };
}

static void put_error(struct out *o, int error)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].error == error) {
			out_str(o, words[i].text);
			return;
		}
	}
	out_str(o, "Unknown error ");
	out_end(o, text_u32(out_room(o), (uint32_t)error));
}

static void put_prefix(struct out *o)
{
	out_str(o, tell_version);
	out_str(o, ": ");
}

void tell_line(const char *line)
{
	char buf[OUT_ROOM];
	struct out o = err_begin(buf, sizeof(buf));

	out_str(&o, line);
	out_char(&o, '\n');
	out_flush(&o);
}

int tell_why(const struct cli_why *why)
{
	char buf[OUT_ROOM];
	struct out o = err_begin(buf, sizeof(buf));
	const char *const *arg = why->arg;

	put_prefix(&o);
	for (const char *p = why->text; *p; p++) {
		if (*p == '%')
			out_str(&o, *arg++);
		else
			out_char(&o, *p);
	}
	out_char(&o, '\n');
	if (why->code == EXIT_USAGE)
		out_str(&o, "Try `conntrack -h' or 'conntrack --help' "
			"for more information.\n");
	out_flush(&o);
	return why->code;
}

void tell_count(uint32_t n, const char *what)
{
	char buf[2 * OUT_ROOM];
	struct out o = err_begin(buf, sizeof(buf));

	put_prefix(&o);
	out_end(&o, text_u32(out_room(&o), n));
	out_char(&o, ' ');
	out_str(&o, what);
	out_char(&o, '\n');
	out_flush(&o);
}

/* What the old tool says instead of the C library's words, by command. */
static const char *old_words(const struct cli_req *q, int error)
{
	const int expect = q->table == CT_TABLE_EXPECT;

	switch (error) {
	case EPERM:
		return "sorry, you must be root or get CAP_NET_ADMIN "
		       "capability to do this";
	case EINVAL:
		if (q->cmd == CMD_STATS || (q->cmd == CMD_COUNT && expect))
			return NULL;
		return "invalid parameters";
	case ENOENT:
		return q->cmd == CMD_GET && !expect ?
		       "such conntrack doesn't exist" : NULL;
	case ENOMEM:
		return q->cmd == CMD_GET ? "not enough memory" : NULL;
	case EAFNOSUPPORT:
		return q->cmd == CMD_GET ? "protocol not supported" : NULL;
	case ENOTSUPP:
		return "function not implemented";
	default:
		return NULL;
	}
}

/* What the user can do about it. */
static const char *hint(const struct cli_req *q, int error)
{
	switch (error) {
	case EPERM:
		return "run it as root, or give the program the capability: "
		       "setcap cap_net_admin+ep FILE";
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
		return "this kernel has no nfnetlink: load the module "
		       "nfnetlink, or enable CONFIG_NETFILTER_NETLINK";
	case EINVAL:	/* a kernel that does not know the subsystem */
		return q->cmd == CMD_GET ? NULL :
		       "if this kernel has no ctnetlink, load the module "
		       "nf_conntrack_netlink";
	case EINTR:
		return "the table changed while it was read, and the list "
		       "may be incomplete: try again";
	case ENOBUFS:
		return "the kernel had to drop part of its answer: try again, "
		       "or raise net.core.rmem_default";
	case ETIMEDOUT:
		return "the kernel did not answer in time: try again";
	case EBADMSG:
	case EMSGSIZE:
		return "the kernel's answer could not be read to its end, "
		       "and the list is incomplete: please report this";
	default:
		return NULL;
	}
}

int tell_failure(const struct cli_req *q, int error, const struct nl_ack *ack,
		 const char *attribute)
{
	char buf[2 * OUT_ROOM];
	struct out o = err_begin(buf, sizeof(buf));
	const char *text = old_words(q, -error);
	const char *advice = hint(q, -error);

	put_prefix(&o);
	out_str(&o, "Operation failed: ");
	if (text)
		out_str(&o, text);
	else if (error == -EINTR)
		out_str(&o, "Interrupted dump");
	else
		put_error(&o, -error);
	out_char(&o, '\n');
	if (ack && ack->text[0]) {
		out_str(&o, "hint: the kernel says: ");
		out_str(&o, ack->text);
		if (attribute) {
			out_str(&o, ": ");
			out_str(&o, attribute);
		}
		out_char(&o, '\n');
	}
	if (advice) {
		out_str(&o, "hint: ");
		out_str(&o, advice);
		out_char(&o, '\n');
	}
	out_flush(&o);
	return EXIT_FAILED;
}

int tell_write_failure(int error)
{
	char buf[2 * OUT_ROOM];
	struct out o = err_begin(buf, sizeof(buf));

	if (error == -EPIPE)
		return EXIT_FAILED;
	put_prefix(&o);
	out_str(&o, "cannot write to standard output: ");
	put_error(&o, -error);
	out_str(&o, "\nhint: what was printed is incomplete\n");
	out_flush(&o);
	return EXIT_FAILED;
}

void tell_labelmap(int error)
{
	char buf[2 * OUT_ROOM];
	struct out o = err_begin(buf, sizeof(buf));

	out_str(&o, "nfct_labelmap_new: ");
	put_error(&o, -error);
	out_char(&o, '\n');
	out_flush(&o);
}
