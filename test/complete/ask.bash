# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# bash ask.bash FILE: for each line of stdin what is offered at its end, as
# readline would ask: = and : are words of their own.
set -u
# shellcheck disable=SC1090
. "$1"
while IFS= read -r line; do
	COMP_LINE=$line COMP_POINT=${#line} COMP_WORDS=() rest=$line
	while [[ $rest =~ ^[[:blank:]]*([=:]+|[^=:[:blank:]]+) ]]; do
		COMP_WORDS+=("${BASH_REMATCH[1]}")
		rest=${rest:${#BASH_REMATCH[0]}}
	done
	[[ -z $rest ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_conntrack conntrack
	printf '%s\037' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
	echo
done
