# SPDX-License-Identifier: MIT
#
# fish ask.fish FILE: for each line of stdin what is offered at its end.
source $argv[1]
while read -l line
	set -l words (complete -C $line | string split -f 1 \t)
	string join \x1f -- $words ''
end
