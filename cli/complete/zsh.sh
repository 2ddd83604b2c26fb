# SPDX-License-Identifier: MIT
# shellcheck disable=all	# zsh, whose names read.sh does not use

_conntrack_put() {	# WORD
	offered+=("$1")
}

_conntrack_put_option() {	# LETTER NAME OTHER VALUE PROTOS MAY NOT TEXT
	local row

	_conntrack_may "$@" || return 0
	for row in "-$1" "--$2" "--$3"; do
		if [[ $row != -[A-Za-z] && $row != --?* ]]; then
			continue
		elif [[ -z $6 ]]; then
			verbs+=("$row:$8")
		else
			flags+=("$row:$8")
		fi
	done
}

_conntrack_put_word() {	# VALUE WORD PROTOS MAY
	! _conntrack_means "$@" || _conntrack_put "$2"
}

_conntrack_put_values() {
	local part=${(Q)PREFIX##*,} expl
	local -a offered=() taken=() more=()

	case $value in
	FILE)	_files; return ;;
	*PATH)	[[ $PREFIX != */* ]] || { _files; return }
		offered=(/run/netns/*(N:t)) ;;
	*LABEL*) _conntrack_labels _conntrack_put ;;
	*)	_conntrack_words _conntrack_put_word ;;
	esac
	if (( ! $#offered )); then
		_message -e "$name" "$value"
		return
	fi
	if [[ $value == *,...* ]]; then
		taken=("${(@Qs:,:)PREFIX}")
		compset -P '*,' && more=("${(@)taken[1,-2]}")
		offered=("${(@)offered:|more}")
		# what ends a word takes the comma away
		more=(-S , -r $', \t\n\'"\\-')
	fi
	_wanted values expl "${name:-table}" \
		compadd -M 'm:{a-zA-Z}={A-Za-z}' $more -a offered
}

_conntrack() {
	local command= table= protos=255 given= labelmap= value=
	local name= not= end= first= part=
	local _conntrack_labelmap _conntrack_any_proto
	local -a verbs=() flags=()
	local found=1

	(( CURRENT > 2 )) || first=1
	_conntrack_read "${(@Q)words[2,CURRENT-1]}"
	[[ -z $end ]] || return 1
	if [[ -n $value ]] && ! _conntrack_left_out "$PREFIX"; then
		_conntrack_put_values
	elif [[ $PREFIX == --*=* ]]; then
		_conntrack_option "${PREFIX%%=*}"
		compset -p $(( ${#PREFIX%%=*} + 1 ))
		[[ -n $value ]] && _conntrack_put_values
	else
		_conntrack_rows _conntrack_put_option
		(( ! $#verbs )) || _describe command verbs && found=0
		(( ! $#flags )) || _describe -o option flags && found=0
		return found
	fi
}

_conntrack "$@"
