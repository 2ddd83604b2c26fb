/* SPDX-License-Identifier: MIT */
/*
 * The engine of changes: requests collected in a window, sent many to a
 * datagram, and what is kept of each until it is answered. There is one, and
 * its memory is all that the changes of any number of entries take.
 */
#ifndef CLI_ENGINE_H
#define CLI_ENGINE_H

#include "cli/job.h"
#include "nl/batch.h"

#define KEEP_BUF	65536u	/* records of a window */
#define RECORD_MAX	8192u	/* one of them; what it has is 5 KiB at most */

/* One request of a window. */
struct slot {
	uint32_t	 at;	/* where it begins in the window */
	uint32_t	 kept;	/* where its record is kept, ... */
	uint32_t	 len;	/* ... and how long it is */
	uint32_t	 line;	/* of the load file, or 0 */
	uint16_t	 cmd;
	uint16_t	 failed;	/* the errno, or 0 */
	uint8_t		 family;
	uint8_t		 asked;		/* the next request reads the entry */
	struct ct_nat	 nat[2];	/* what -A asks for */
};

/* Begins as zeros. */
struct engine {
	struct job	*job;
	int		 (*push)(struct engine *e, const struct nl_msg *m);
	uint32_t	 kept;		/* bytes in keep */
	uint32_t	 refused;	/* lines of a file */
	int		 error;		/* the first refusal that ends a command */
	struct nl_batch	 batch;
	struct nl_talk	 talk;
	struct nl_sock	 sock;		/* beside the one of the dump */
	struct slot	 slot[NL_BATCH_MAX];
	struct ct_flow	 to;		/* an update */
	uint8_t		 requests[NL_BATCH_BUF];
	uint8_t		 answers[NL_RECV_BUF];
	uint8_t		 keep[KEEP_BUF];	/* records, or the kernel's words */
};

extern struct engine engine;

/*
 * Open the socket, once, behind which the sandbox closes; from then on signals
 * wait until a window is done. Returns 0 or -errno.
 */
int engine_start(struct engine *e, struct job *j);

/*
 * Begin to collect requests, whose answers hear() gets with the engine,
 * which is started if it was not. What is collected already stays if it is
 * for the same hear(). Returns 0 or -errno.
 */
int engine_open(struct engine *e, struct job *j,
		int (*hear)(const struct nl_msg *m, int error, void *arg));

/* Has a signal come? */
int engine_stopped(void);

/*
 * Begin a request, IPCTNL_MSG_CT_*, in e->batch; its mark is for
 * nl_batch_end(). Returns its slot, the last one of the window.
 */
struct slot *engine_begin(struct engine *e, unsigned message, uint16_t flags,
			  uint8_t family, size_t *mark);

/*
 * Keep n bytes, RECORD_MAX at most, until the request is answered; and the
 * record that was kept, decoded into the job's flow, as job_decode().
 */
void engine_keep(struct engine *e, struct slot *s, const void *p, size_t n);
int engine_recall(struct engine *e, const struct slot *s);

/*
 * Send what is collected. Returns 0, -errno when the conversation broke, or
 * EXIT_FAILED: a signal has come. Refusals are in e->error, or told.
 */
int engine_flush(struct engine *e);

/* Is there room for the next entry's requests? Else send; the same returns. */
int engine_room(struct engine *e);

/*
 * A refusal: of the command, which it ends, or of a line of a file, of which
 * the first ones are told.
 */
void engine_refuse(struct engine *e, const struct slot *s, int error);

#endif
