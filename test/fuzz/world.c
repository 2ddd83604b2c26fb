/* SPDX-License-Identifier: MIT */
#include "test/fuzz/world.h"

#include "nl/attr.h"
#include "nl/listen.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#ifdef FUZZ_SANITIZED
#include <sanitizer/asan_interface.h>
#define ASAN_POISONED(p, n)	__asan_region_is_poisoned((void *)(uintptr_t)(p), n)
#else
#define ASAN_POISON_MEMORY_REGION(p, n)		((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n)	((void)(p), (void)(n))
#define ASAN_POISONED(p, n)			((void)(p), (void)(n), 0)
#endif

#define SOCKETS		8u
#define TEXT_CAP	(1u << 20)
#define MAPS		8u
#define MAP_MAX		(64u << 20)
#define MOMENT		1795363704000000000u	/* when it begins */

struct socket {
	int		 fd;
	uint32_t	 first;		/* sequence number in the last datagram */
	uint32_t	 count;		/* of requests there */
	int		 dump;
};

static struct world {
	int		 inside;	/* between begin and end */
	struct fuzz_in	 script;
	uint8_t		 options;
	struct fuzz_in	 again;		/* what happens once more, ... */
	unsigned	 times;		/* ... and so many times */
	uint8_t		 what;
	struct socket	 socket[SOCKETS];
	unsigned	 sockets, opened;
	int		 base;		/* the first descriptor that is ours */
	int		 highest, out, null, signals, told_dir;
	uint64_t	 now;
	unsigned	 flushes, requests;
	int		 broke, signalled;
	struct {
		const char	*path;
		const void	*p;
		size_t		 n;
	}		 file[WORLD_FILES];
	unsigned	 files;
	void		*map[MAPS];
	struct region {
		void	*p;
		size_t	 n;
	}		 poisoned[NL_SLOTS + 1];
	unsigned	 regions;
	size_t		 printed, told;
} world;

static char printed[TEXT_CAP], told[TEXT_CAP];

/* ---------------------------------------------------------------- memory */

/* Only n of cap bytes are there until the next call into the world. */
static void lend(uint8_t *p, size_t n, size_t cap)
{
	if (n >= cap || world.regions == COUNT(world.poisoned))
		return;
	ASAN_POISON_MEMORY_REGION(p + n, cap - n);
	world.poisoned[world.regions++] = (struct region){ p + n, cap - n };
}

static void take_back(void)
{
	while (world.regions > 0) {
		struct region *r = &world.poisoned[--world.regions];

		ASAN_UNPOISON_MEMORY_REGION(r->p, r->n);
	}
}

void world_touch(const void *p, size_t n)
{
	fuzz_check(!ASAN_POISONED(p, n), "what is used is there");
}

/* Zeros; what was at old comes along. */
static long map(void *old, size_t was, size_t n)
{
	unsigned i = 0;
	void *p;

	while (i < MAPS && world.map[i] != old)
		i++;
	if (i == MAPS || n > MAP_MAX)
		return -1;
	p = calloc(1, n);
	if (!p)
		abort();
	if (old)
		memcpy(p, old, was < n ? was : n);
	free(old);
	world.map[i] = p;
	return (long)p;
}

/* ---------------------------------------------------------------- script */

static struct socket *socket_of(int fd)
{
	for (unsigned i = 0; i < world.sockets; i++)
		if (world.socket[i].fd == fd)
			return &world.socket[i];
	return NULL;
}

static void raise_signal(void)
{
	const uint64_t one = 1;

	world.signalled = 1;
	if (world.signals > 0 && write(world.signals, &one, sizeof(one)) < 0)
		abort();
}

static int errno_of(struct fuzz_in *in)
{
	/* those that mean something here come often */
	static const uint8_t usual[] = {
		0, EPERM, ENOENT, EBUSY, EEXIST, EINVAL, ENOSPC, ERANGE,
		ETIME, ENOBUFS, EOPNOTSUPP, EAGAIN, EINTR, ENOMEM,
	};
	const uint8_t n = fuzz_u8(in);

	return n < COUNT(usual) ? usual[n] : n;
}

static struct fuzz_in take_datagram(struct fuzz_in *in)
{
	size_t n = fuzz_u8(in);

	n |= (size_t)fuzz_u8(in) << 8;
	return fuzz_bytes(in, n);
}

/* What happens next; 0: the script is over. */
static int next_event(void)
{
	uint8_t c;

	while (world.times == 0) {
		if (world.script.left == 0)
			return 0;
		c = fuzz_u8(&world.script);
		world.what = c & 15;
		world.times = 1 + (c >> 4);
		if (world.what == WORLD_SIGNAL) {
			raise_signal();
			world.times = 0;
		} else if (world.what == WORLD_TIME) {
			world.now += fuzz_u32(&world.script);
			world.times = 0;
		} else if (world.what == WORLD_ACK) {
			world.again = fuzz_bytes(&world.script, 2);
		} else if (world.what == WORLD_DONE ||
			   world.what == WORLD_ERROR ||
			   world.what == WORLD_REFUSE) {
			world.again = fuzz_bytes(&world.script, 1);
		} else {
			world.again = take_datagram(&world.script);
		}
	}
	return 1;
}

/* A call fails; no failure has no reason. */
static int fail(int error)
{
	errno = error ? error : EPERM;
	world.broke |= errno != EINTR;
	return -1;
}

/* A number of the machine's at p. */
static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

/*
 * Number the messages from the request's on; other ports are other entries:
 * where one was, the last two bytes of the message change.
 */
static void number(uint8_t *p, size_t n, const struct socket *s, unsigned port)
{
	while (n >= NL_HDR) {
		const size_t len = nl_host32(p);
		size_t step = nl_align(len);

		put32(p + 8, s->first + (nl_host32(p + 8) & 127));
		if (len < NL_HDR || len > n)
			return;
		for (size_t i = NL_HEAD; port && i + 8 <= len; i += 4)
			if (p[i] == 6 && p[i + 1] == 0 && p[i + 2] == 2)
				p[i + 5] = (uint8_t)port;
		step = step < n ? step : n;
		p += step;
		n -= step;
	}
}

/* NLMSG_ERROR or NLMSG_DONE. */
static size_t put_end(uint8_t *p, size_t cap, uint16_t type, uint32_t seq,
		      int error)
{
	const struct nlmsghdr h = {
		.nlmsg_len = NL_HDR + 4, .nlmsg_type = type, .nlmsg_seq = seq,
	};
	const int32_t e = -error;

	if (cap < sizeof(h) + sizeof(e))
		return 0;
	memcpy(p, &h, sizeof(h));
	memcpy(p + sizeof(h), &e, sizeof(e));
	return sizeof(h) + sizeof(e);
}

/* The script is over: as a kernel ends an answer. */
static long end_well(struct socket *s, uint8_t *p, size_t cap)
{
	if (world.options & WORLD_SILENT || s->count == 0)
		return fail(EAGAIN);
	return (long)put_end(p, cap, s->dump ? NLMSG_DONE : NLMSG_ERROR,
			     s->first + s->count - 1, 0);
}

/* The next datagram for the socket, or -1 with errno. */
static long hear(struct socket *s, uint8_t *p, size_t cap,
		 struct sockaddr_nl *from)
{
	struct fuzz_in in;
	size_t n;
	uint8_t which;

	from->nl_pid = 0;
	if (!next_event())
		return end_well(s, p, cap);
	world.times--;
	in = world.again;
	switch (world.what) {
	case WORLD_ACK:
		which = fuzz_u8(&in);
		return (long)put_end(p, cap, NLMSG_ERROR,
				     s->first + (s->count ? which % s->count
							  : which),
				     errno_of(&in));
	case WORLD_DONE:
		return (long)put_end(p, cap, NLMSG_DONE, s->first,
				     errno_of(&in));
	case WORLD_ERROR:
	case WORLD_REFUSE:
		return fail(errno_of(&in));
	default:
		break;
	}
	n = in.left < cap ? in.left : cap;
	if (n > 0)
		memcpy(p, in.p, n);
	if (world.what != WORLD_SAY)
		number(p, n, s, world.what == WORLD_RECORDS ?
				world.times + 1 : 0);
	if (world.what == WORLD_FOREIGN)
		from->nl_pid = 4097;
	if (world.what == WORLD_LONG)
		n = cap + 1;
	return (long)n;
}

/* -------------------------------------------------------------- requests */

/* A request with its attributes whole, and what it asks for. */
static void each_request(struct socket *s, const uint8_t *p, size_t len)
{
	struct nl_run run = { p + NL_HEAD, len - NL_HEAD };
	const uint16_t type = nl_host16(p + 4);
	int r, named = 0;
	struct nl_attr a;

	while ((r = nl_attr_next(&run, &a)) > 0)
		named |= a.type == CTA_TUPLE_ORIG || a.type == CTA_TUPLE_REPLY;
	fuzz_check(r == 0, "attributes of a request are whole");
	/* of expectations the first two attributes are a master and a tuple */
	if ((type & 0xff) == IPCTNL_MSG_CT_DELETE && !named)
		world.flushes++;
	s->dump = (nl_host16(p + 6) & NLM_F_DUMP) == NLM_F_DUMP;
	s->count++;
	world.requests++;
}

static void take_requests(struct socket *s, const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n;

	s->count = 0;
	s->first = nl_host32(p + 8);
	while (p < end) {
		const size_t left = (size_t)(end - p);
		const size_t len = left < NL_HEAD ? 0 : nl_host32(p);

		fuzz_check(len >= NL_HEAD && len <= left && len % 4 == 0,
			   "a request is whole");
		fuzz_check(nl_host32(p + 8) == s->first + s->count,
			   "requests are numbered");
		each_request(s, p, len);
		p += len;
	}
}

/* ----------------------------------------------------------------- files */

void world_file(const char *path, const void *p, size_t n)
{
	if (world.files == WORLD_FILES)
		abort();
	world.file[world.files].path = path;
	world.file[world.files].p = p;
	world.file[world.files++].n = n;
}

static int keep(int fd)
{
	if (fd < 0)
		abort();
	if (fd > world.highest)
		world.highest = fd;
	return fd;
}

static int open_file(const void *p, size_t n)
{
	const int fd = keep(memfd_create("file", MFD_CLOEXEC));

	if ((n > 0 && pwrite(fd, p, n, 0) != (ssize_t)n))
		abort();
	return fd;
}

/* Directories of /proc are those that cli/owner.c looks through. */
static int open_path(const char *path)
{
	const size_t n = strlen(path);

	for (unsigned i = 0; i < world.files; i++)
		if (strcmp(path, world.file[i].path) == 0)
			return open_file(world.file[i].p, world.file[i].n);
	if (strcmp(path, "/proc") == 0 ||
	    (n > 9 && memcmp(path, "/proc/", 6) == 0 &&
	     strcmp(path + n - 3, "/fd") == 0)) {
		world.told_dir = 0;
		return keep(dup(world.null));
	}
	errno = ENOENT;
	return -1;
}

/* struct linux_dirent64: inode, offset, length, type, name. */
static long list_dir(uint8_t *p, size_t cap)
{
	static const char *const names[] = { ".", "self", "3", "77" };
	const size_t each = 32;

	if (world.told_dir++ || cap < COUNT(names) * each)
		return 0;
	memset(p, 0, COUNT(names) * each);
	for (unsigned i = 0; i < COUNT(names); i++) {
		const uint16_t len = (uint16_t)each;

		memcpy(p + each * i + 16, &len, sizeof(len));
		memcpy((char *)p + each * i + 19, names[i], strlen(names[i]));
	}
	return (long)(COUNT(names) * each);
}

static long read_link(char *p, size_t cap)
{
	static const char link[] = "socket:[4711]";
	const size_t n = sizeof(link) - 1 < cap ? sizeof(link) - 1 : cap;

	memcpy(p, link, n);
	return (long)n;
}

/* --------------------------------------------------------------- sockets */

static long open_socket(void)
{
	const int refuse = world.options & WORLD_NO_SOCKET &&
			   !(world.options & WORLD_ONE && world.opened == 0);

	if (refuse || world.sockets == SOCKETS) {
		world.broke = 1;
		errno = EMFILE;
		return -1;
	}
	world.opened++;
	world.socket[world.sockets] = (struct socket){
		.fd = keep(dup(world.null)) };
	return world.socket[world.sockets++].fd;
}

static int receive_many(int fd, struct mmsghdr *msg, unsigned n)
{
	struct socket *s = socket_of(fd);
	unsigned i = 0;

	take_back();
	for (; s && i < n; i++) {
		struct msghdr *m = &msg[i].msg_hdr;
		long len;

		if (!next_event()) {
			raise_signal();
			errno = EAGAIN;
			break;
		}
		if (i > 0 && (world.what == WORLD_ERROR ||
			      world.what == WORLD_REFUSE))
			break;
		len = hear(s, m->msg_iov->iov_base, m->msg_iov->iov_len,
			   m->msg_name);
		if (len < 0)
			break;
		if ((size_t)len > m->msg_iov->iov_len)
			len = (long)m->msg_iov->iov_len;
		msg[i].msg_len = (unsigned)len;
		m->msg_namelen = sizeof(struct sockaddr_nl);
		lend(m->msg_iov->iov_base, (size_t)len, m->msg_iov->iov_len);
	}
	return i > 0 ? (int)i : -1;
}

/* ----------------------------------------------------------- the doors */

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
ssize_t __real_sendto(int fd, const void *p, size_t n, int flags,
		      const struct sockaddr *to, socklen_t tolen);
ssize_t __wrap_sendto(int fd, const void *p, size_t n, int flags,
		      const struct sockaddr *to, socklen_t tolen);
ssize_t __real_recvfrom(int fd, void *p, size_t n, int flags,
			struct sockaddr *from, socklen_t *fromlen);
ssize_t __wrap_recvfrom(int fd, void *p, size_t n, int flags,
			struct sockaddr *from, socklen_t *fromlen);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __real_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);

static int tell_time(struct timespec *t)
{
	t->tv_sec = (time_t)(world.now / 1000000000);
	t->tv_nsec = (long)(world.now % 1000000000);
	return 0;
}

static long unknown(void)
{
	errno = ENOSYS;
	return -1;
}

/* What the program calls by number. Of the rest the machine has none. */
static long call(long number, const long *arg)
{
	switch (number) {
	case SYS_socket:
		return open_socket();
	case SYS_recvmmsg:
		return receive_many((int)arg[0], (void *)arg[1],
				    (unsigned)arg[2]);
	case SYS_getsockopt:
	case SYS_getsockname:
	case SYS_bind:
	case SYS_rt_sigprocmask:
		return 0;
	case SYS_openat:
		take_back();
		return open_path((const char *)arg[1]);
	case SYS_getdents64:
		return list_dir((void *)arg[1], (size_t)arg[2]);
	case SYS_readlinkat:
		return read_link((void *)arg[2], (size_t)arg[3]);
	case SYS_rt_sigaction:
		return __real_syscall(number, arg[0], arg[1], arg[2], arg[3]);
	case SYS_signalfd4:
		world.signals = keep(eventfd(0, EFD_CLOEXEC));
		return world.signals;
	case SYS_sysinfo:
		((struct sysinfo *)arg[0])->totalram = 1u << 30;
		((struct sysinfo *)arg[0])->mem_unit = 1;
		return 0;
	case SYS_getrandom:
		memset((void *)arg[0], 0x5a, (size_t)arg[1]);
		return arg[1];
#ifdef SYS_clock_gettime
	case SYS_clock_gettime:
		return tell_time((void *)arg[1]);
#endif
#ifdef SYS_mmap2
	case SYS_mmap2:
#else
	case SYS_mmap:
#endif
		return map(NULL, 0, (size_t)arg[1]);
	case SYS_mremap:
		return map((void *)arg[0], (size_t)arg[1], (size_t)arg[2]);
	default:
		return unknown();
	}
}

/* It takes six, and most have less: what else stands there is no matter. */
__attribute__((no_sanitize("address")))
long __wrap_syscall(long number, ...)
{
	long arg[6];
	va_list ap;

	va_start(ap, number);
	for (unsigned i = 0; i < COUNT(arg); i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	if (!world.inside)
		return __real_syscall(number, arg[0], arg[1], arg[2], arg[3],
				      arg[4], arg[5]);
	return call(number, arg);
}

ssize_t __wrap_sendto(int fd, const void *p, size_t n, int flags,
		      const struct sockaddr *to, socklen_t tolen)
{
	struct socket *s = world.inside ? socket_of(fd) : NULL;

	if (!s)
		return __real_sendto(fd, p, n, flags, to, tolen);
	take_back();
	if (next_event() && world.what == WORLD_REFUSE) {
		struct fuzz_in in = world.again;

		world.times--;
		return fail(errno_of(&in));
	}
	fuzz_check(n >= NL_HEAD, "there is a request in a datagram");
	take_requests(s, p, n);
	return (ssize_t)n;
}

ssize_t __wrap_recvfrom(int fd, void *p, size_t n, int flags,
			struct sockaddr *from, socklen_t *fromlen)
{
	struct socket *s = world.inside ? socket_of(fd) : NULL;
	struct sockaddr_nl who = { .nl_family = AF_NETLINK };
	long len;

	if (!s)
		return __real_recvfrom(fd, p, n, flags, from, fromlen);
	take_back();
	len = hear(s, p, n, &who);
	memcpy(from, &who, sizeof(who));
	*fromlen = sizeof(who);
	if (len >= 0)
		lend(p, (size_t)len, n);
	return len;
}

/* To stdout and stderr; the rest is this file's own. */
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	char *text = fd == world.out ? printed : told;
	size_t *at = fd == world.out ? &world.printed : &world.told;

	if (!world.inside || (fd != world.out && fd != STDERR_FILENO))
		return __real_write(fd, p, n);
	world_touch(p, n);
	if (fd == world.out && world.options & (WORLD_CLOSED | WORLD_FULL)) {
		world.broke = 1;
		errno = world.options & WORLD_CLOSED ? EPIPE : ENOSPC;
		return -1;
	}
	if (n > TEXT_CAP - *at)
		n = TEXT_CAP - *at;
	if (n == 0) {
		world.broke = 1;
		errno = ENOSPC;
		return -1;
	}
	memcpy(text + *at, p, n);
	*at += n;
	return (ssize_t)n;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	return world.inside ? tell_time(t) : __real_clock_gettime(clock, t);
}

/* ------------------------------------------------------- begin and end */

void world_begin(struct fuzz_in script)
{
	static int null;

	if (!null)
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	world = (struct world){ .null = null, .now = MOMENT };
	world.base = world.highest = dup(null);
	world.out = keep(dup(null));
	world.options = fuzz_u8(&script);
	world.script = script;
	world.inside = 1;
}

void world_end(void)
{
	world.inside = 0;
	take_back();
	for (int fd = world.base; fd <= world.highest; fd++)
		close(fd);
	for (unsigned i = 0; i < MAPS; i++)
		free(world.map[i]);
	world.sockets = 0;
}

int world_out(void)
{
	return world.out;
}

const char *world_printed(size_t *n)
{
	*n = world.printed;
	return printed;
}

const char *world_told(size_t *n)
{
	*n = world.told;
	return told;
}

unsigned world_flushes(void)
{
	return world.flushes;
}

unsigned world_requests(void)
{
	return world.requests;
}

int world_broke(void)
{
	return world.broke;
}

int world_is_left(void)
{
	return world.options & WORLD_CLOSED || world.signalled;
}
