# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154

# bash and zsh read the words before the cursor like this, into variables of
# the function that completes:
#
#	command	its letter	table	x: that of expectations
#	protos	bits of what may be meant, given: -p was
#	labelmap	the file of -M
#	value	what the next word is, as in the rows, of the option name
#	not	! stands before it	end	-- does, somewhere
#
# A whole name is better than its beginning.
_conntrack_is() {	# LETTER NAME OTHER VALUE PROTOS MAY...
	local as=0

	if [[ $word == "-$1" || $word == "--$2" || $word == "--$3" ]]; then
		as=2
	elif [[ --$2 == "$word"* || --$3 == "$word"* ]]; then
		as=1
	fi
	((as > found)) || return 0
	found=$as letter=$1 name=$2 value=$4 of=$5 may=$6
}

_conntrack_option() {	# WORD
	local word=$1 found=0 letter='' of=0 may=''

	name='' value=''
	_conntrack_rows _conntrack_is
	if ((!found)); then
		return
	elif [[ -z $may ]]; then
		command=${command:-$letter}
	elif [[ $of != 0 && -z $given && -z $not ]]; then
		((protos &= of))
	fi
	return 0
}

_conntrack_proto() {	# VALUE WORD PROTOS MAY
	if [[ $1 == PROTO || -z $1 ]] && [[ $2 == "$word" ]]; then
		protos=$3
	fi
}

_conntrack_take() {	# WORD
	local word=$1

	case $value in
	TABLE)
		[[ expect != "$word"* ]] || table=x ;;
	PROTO)
		[[ -z $not ]] || return 0
		given=1 protos=0
		_conntrack_words _conntrack_proto ;;
	FILE)
		[[ $name != labelmap ]] || labelmap=$word ;;
	esac
	value=''
}

# Each letter may take the rest of the word.
_conntrack_letters() {	# WORD
	local rest=${1#-}

	while [[ -n $rest ]]; do
		_conntrack_option "-${rest:0:1}"
		rest=${rest:1}
		if [[ -n $rest && -n $value && $value != TABLE ]]; then
			_conntrack_take "$rest"
			return
		fi
	done
}

# What may be left out is, before what looks like an option.
_conntrack_left_out() {	# WORD
	[[ ($value == TABLE || $value == \[*) && $1 == [-!]* ]]
}

_conntrack_read() {	# WORD...
	local arg

	_conntrack_facts
	labelmap=$_conntrack_labelmap
	for arg in "$@"; do
		if [[ -n $value ]] && ! _conntrack_left_out "$arg"; then
			_conntrack_take "$arg"
			not=''
			continue
		fi
		value=''
		case $arg in
		'!')	not=1; continue ;;
		--)	end=1; return ;;
		--*=*)	_conntrack_option "${arg%%=*}"
			_conntrack_take "${arg#*=}" ;;
		--*)	_conntrack_option "$arg" ;;
		-*)	_conntrack_letters "$arg" ;;
		esac
		[[ -n $value ]] || not=''
	done
	if [[ -z $given && -n $command &&
	      $_conntrack_any_proto != *",$command$table,"* ]]; then
		protos=0
	fi
}

# May a row of these protocols and contexts stand here?
_conntrack_fits() {	# PROTOS MAY
	[[ -z $command || -z $2 || $2 == *",$command$table,"* ]] &&
		(($1 == 0 || $1 & protos))
}

_conntrack_may() {	# LETTER NAME OTHER VALUE PROTOS MAY NOT...
	if [[ -z $6 ]]; then	# a command, or a question about one
		[[ -z $not ]] && case $command in
		'')	[[ $4 == TABLE || -n $first ]] ;;
		h)	[[ $1 != h ]] ;;
		*)	[[ $1 == h ]] ;;
		esac
	elif [[ -n $not ]]; then
		[[ -n $7 ]] && _conntrack_fits "$5" "$7"
	else
		_conntrack_fits "$5" "$6"
	fi
}

# A word of this value? Those behind ! only when ! is there.
_conntrack_means() {	# VALUE WORD PROTOS MAY
	[[ $1 == "$value" && ($2 != \!* || $part == \!*) ]] &&
		_conntrack_fits "$3" "$4"
}

# The names of a label map, each to a command: ct/label.c.
_conntrack_labels() {	# COMMAND
	local bit text

	[[ $labelmap != \~/* ]] || labelmap=$HOME/${labelmap:2}
	[[ -f $labelmap && -r $labelmap ]] || return 0
	while read -r bit text || [[ -n $bit ]]; do
		text=${text%$'\r'}
		[[ $bit != [0-9]* || -z $text || $text == *[!A-Za-z0-9\ -]* ]] ||
			"$1" "$text"
	done <"$labelmap"
}
