#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test.sh PACKAGE VERSION, after the installation.
case $1 in
rawtrack)
	[ "$(conntrack -V)" = "conntrack v$2 (rawtrack)" ]
	;;
esac
