/* SPDX-License-Identifier: MIT */
/*
 * A main() for any target and any compiler: hands it the files that are
 * named, and those in directories that are.
 *
 *	fuzz_TARGET FILE|DIRECTORY...
 */
#include "test/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_MAX	65536u

static unsigned files, failures;
static char name[4096];		/* of what is replayed, for whoever debugs */

static void replay_file(void)
{
	static uint8_t buf[READ_MAX];
	FILE *f = fopen(name, "rb");
	size_t n;
	uint8_t *exact;

	if (!f) {
		perror(name);
		failures++;
		return;
	}
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	exact = malloc(n ? n : 1);
	if (!exact)
		abort();
	memcpy(exact, buf, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	files++;
}

static void replay(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir) {
		snprintf(name, sizeof(name), "%s", path);
		replay_file();
		return;
	}
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		replay_file();
	}
	closedir(dir);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%u inputs\n", files);
	return failures > 0 || files == 0;
}
