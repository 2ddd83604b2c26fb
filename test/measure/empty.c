/* SPDX-License-Identifier: MIT */
/* What starting and ending a static program costs, and nothing else. */

int main(void)
{
	return 0;
}
