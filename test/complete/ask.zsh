# SPDX-License-Identifier: MIT
#
# Read by an interactive zsh -f: at ^X what is offered at the end of each line
# of the file $lines is written to the file $answers.
PS1='> '
fpath=($files $fpath)
autoload -U compinit
compinit -u -D

compadd() {
	local -a new

	# what only asks which words match adds none
	if [[ " $* " != *" -[OAD] "* ]]; then
		builtin compadd -O new "$@"
		found_words+=("${(@)new/#/$IPREFIX}")
	fi
	builtin compadd "$@"
}

offers() {
	_main_complete
	compstate[insert]='' compstate[list]=''
}

answer() {
	local -aU found_words
	local line

	for line in "${(@f)$(<$lines)}"; do
		found_words=()
		BUFFER=$line CURSOR=$#line
		zle offers
		print -r -- "${(pj:\x1f:)found_words}"
	done >$answers
	BUFFER=
	: >$answers.done
}

zle -C offers complete-word offers
zle -N answer
bindkey '^X' answer
