#!/bin/bash
# SPDX-License-Identifier: MIT
#
# conntrack, and the kernel's side of it, in the initramfs: the folder belongs
# into /usr/lib/dracut/modules.d; then: dracut --add conntrack

# Whoever wants it says so.
check() {
	require_binaries conntrack || return 1
	return 255
}

# A table is there without a network that is up.
depends() {
	return 0
}

installkernel() {
	instmods nfnetlink nf_conntrack nf_conntrack_netlink
}

install() {
	inst_multiple conntrack
}
