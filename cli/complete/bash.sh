# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154

# The words up to the cursor into line; = and : are parts of them.
_conntrack_line() {
	local rest=${COMP_LINE:0:COMP_POINT} i word gap last=''

	for ((i = 0; i <= COMP_CWORD; i++)); do
		gap=${rest%%[![:space:]]*}
		rest=${rest#"$gap"}
		word=${COMP_WORDS[i]}
		((i < COMP_CWORD)) || word=$rest
		rest=${rest#"$word"}
		if [[ -z $gap && ($word == [=:]* || $last == [=:]*) ]]; then
			line[${#line[@]} - 1]+=$word
		else
			line+=("$word")
		fi
		last=$word
	done
}

# Offer a word that goes on with what is there of it, in any letter case if it
# is no option, and is not in the list.
_conntrack_put() {	# WORD
	local word=$1

	[[ $word == "$part"* || $word != -* && ${word,,} == "${part,,}"* ]] &&
		[[ ,$listed != *",$word,"* ]] || return 0
	[[ -n $quote ]] || printf -v word %q "$word"
	COMPREPLY+=("$before$word")
}

_conntrack_put_option() {	# LETTER NAME OTHER VALUE PROTOS MAY...
	local name

	_conntrack_may "$@" || return 0
	# at an empty word only commands, until there is one
	[[ -n $part || -n $command || -n $not || -z $6 ]] || return 0
	[[ $1 != [A-Za-z] ]] || _conntrack_put "-$1"
	for name in "$2" "$3"; do
		[[ -z $name ]] || _conntrack_put "--$name"
	done
}

_conntrack_put_word() {	# VALUE WORD PROTOS MAY
	! _conntrack_means "$@" || _conntrack_put "$2"
}

_conntrack_put_files() {	# the beginning of a FILE
	local file

	for file in "${1/#\~\//$HOME/}"*; do
		[[ ! -e $file ]] || COMPREPLY+=("$before$file")
	done
	compopt -o filenames 2>/dev/null
}

_conntrack_put_netns() {
	local path

	if [[ $part == */* ]]; then
		_conntrack_put_files "$part"
		return
	fi
	for path in /run/netns/*; do
		[[ ! -e $path ]] || _conntrack_put "${path##*/}"
	done
}

_conntrack_put_values() {
	if [[ $value == *,...* ]]; then
		listed=${part%"${part##*,}"}
		before+=$listed
		part=${part##*,}
		compopt -o nospace 2>/dev/null
	fi
	case $value in
	FILE)	_conntrack_put_files "$part" ;;
	*PATH)	_conntrack_put_netns ;;
	*LABEL*) _conntrack_labels _conntrack_put ;;
	*)	_conntrack_words _conntrack_put_word ;;
	esac
}

# What readline takes for the word begins behind the last = or :, if it is set
# so: what stands before must not come again.
_conntrack_cut() {
	local stop i head=$1

	for stop in = :; do
		[[ $COMP_WORDBREAKS != *$stop* || $head != *$stop* ]] ||
			head=${head##*"$stop"}
	done
	head=${1%"$head"}
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"$head"}
	done
}

_conntrack() {
	local command='' table='' protos=255 given='' labelmap='' value=''
	local name='' not='' end='' first='' part quote='' before='' listed=''
	local _conntrack_labelmap _conntrack_any_proto
	local -a line=() words

	COMPREPLY=()
	_conntrack_line
	part=${line[${#line[@]} - 1]}
	words=("${line[@]:1:${#line[@]}-2}")
	((${#words[@]})) || first=1
	# what the shell redirects to
	if [[ ${COMP_WORDS[COMP_CWORD - 1]} == [\<\>\&]* ]]; then
		_conntrack_put_files "$part"
		return
	fi
	if [[ $part == [\"\']* ]]; then
		quote=${part:0:1}
		part=${part:1}
	else
		part=${part//\\/}
	fi
	_conntrack_read "${words[@]//[\"\'\\]/}"
	[[ -z $end ]] || return 0
	if [[ -n $value ]] && ! _conntrack_left_out "$part"; then
		_conntrack_put_values
	elif [[ $part == --*=* ]]; then
		before=${part%%=*}=
		_conntrack_option "${part%%=*}"
		part=${part#*=}
		[[ -z $value ]] || _conntrack_put_values
	else
		_conntrack_rows _conntrack_put_option
	fi
	_conntrack_cut "$before$part"
}

complete -F _conntrack conntrack
