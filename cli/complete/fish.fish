# SPDX-License-Identifier: MIT

# The rows as lists, one beside the other: a name of each option is in
# _conntrack_names, what belongs to it at the same place of the others.
function _conntrack_add_row # LETTER NAME OTHER VALUE PROTOS MAY NOT TEXT
	set -l complete -c conntrack -d $argv[8] -l $argv[2]

	for name in -$argv[1] --$argv[2] --$argv[3]
		string match -qr -- '^(-[^-]|--.+)$' $name; or continue
		set -ga _conntrack_names $name
		set -ga _conntrack_options $argv[2]
		set -ga _conntrack_letters "$argv[1]"
		set -ga _conntrack_values $argv[4]
		set -ga _conntrack_protos $argv[5]
		set -ga _conntrack_mays $argv[6]
	end
	string match -qr '^[A-Za-z]$' -- $argv[1]; and set -a complete -s $argv[1]
	test -n "$argv[3]"; and set -a complete -l $argv[3]
	set -a complete -n "_conntrack_may '$argv[4]' $argv[5] '$argv[6]' '$argv[7]' '$argv[1]'"
	switch $argv[4]
		case '' TABLE
			set -a complete -f
		case FILE
			set -a complete -r -F
		case '[*'
			set -a complete -f -a "(_conntrack_put '$argv[4]')"
		case '*'
			set -a complete -x -a "(_conntrack_put '$argv[4]')"
	end
	complete $complete
end

function _conntrack_add_word # VALUE WORD PROTOS MAY
	set -ga _conntrack_word_values $argv[1]
	set -ga _conntrack_word_names $argv[2]
	set -ga _conntrack_word_protos $argv[3]
	set -ga _conntrack_word_mays $argv[4]
end

# A word that is an option or a command. A whole name is better than its
# beginning.
function _conntrack_option # WORD
	set -l i (contains -i -- $argv[1] $_conntrack_names)

	set -g _conntrack_value ''
	if test -z "$i"
		set -l all (string match -- (string escape --style=regex -- $argv[1] |
			string replace -a '\\' '')'*' $_conntrack_names)
		set i (contains -i -- "$all[1]" $_conntrack_names); or return
	end
	set -g _conntrack_name $_conntrack_options[$i]
	set -g _conntrack_value $_conntrack_values[$i]
	if test -z "$_conntrack_mays[$i]"
		test -n "$_conntrack_command"
		or set -g _conntrack_command $_conntrack_letters[$i]
	else if test $_conntrack_protos[$i] != 0 -a -z "$_conntrack_given$_conntrack_not"
		set -g _conntrack_proto (math "bitand($_conntrack_proto, $_conntrack_protos[$i])")
	end
end

function _conntrack_take # WORD
	switch $_conntrack_value
		case TABLE
			test (string sub -l (string length -- "$argv[1]") expect) = "$argv[1]"
			and set -g _conntrack_table x
		case PROTO
			if test -z "$_conntrack_not"
				set -g _conntrack_given 1
				set -g _conntrack_proto 0
				set -l i (contains -i -- $argv[1] $_conntrack_word_names)
				and set -g _conntrack_proto $_conntrack_word_protos[$i]
			end
		case FILE
			test "$_conntrack_name" = labelmap
			and set -g _conntrack_map $argv[1]
	end
	set -g _conntrack_value ''
end

# Each letter may take the rest of the word.
function _conntrack_letters_of # WORD
	set -l rest (string sub -s 2 -- $argv[1])

	while test -n "$rest"
		_conntrack_option -(string sub -l 1 -- $rest)
		set rest (string sub -s 2 -- $rest)
		if test -n "$rest" -a -n "$_conntrack_value" -a "$_conntrack_value" != TABLE
			_conntrack_take $rest
			return
		end
	end
end

# What stands before the cursor.
function _conntrack_read
	set -l line (commandline -opc)

	test "$line" = "$_conntrack_line"; and return
	set -g _conntrack_line "$line"
	set -g _conntrack_first (test (count $line) -lt 2; and echo 1)
	for name in command table given not value name
		set -g _conntrack_$name ''
	end
	set -g _conntrack_proto 255
	_conntrack_facts
	set -g _conntrack_map $_conntrack_labelmap
	for word in $line[2..]
		if string match -qr '^(TABLE$|\[)' -- "$_conntrack_value"
			and string match -qr '^[-!]' -- $word
			set -g _conntrack_value ''
		end
		if test -n "$_conntrack_value"
			_conntrack_take $word
			set -g _conntrack_not ''
			continue
		end
		switch $word
			case '!'
				set -g _conntrack_not 1
				continue
			case '--*=*'
				_conntrack_option (string replace -r '=.*' '' -- $word)
				_conntrack_take (string replace -r '^[^=]*=' '' -- $word)
			case '--*'
				_conntrack_option $word
			case '-*'
				_conntrack_letters_of $word
		end
		test -n "$_conntrack_value"; or set -g _conntrack_not ''
	end
	set -g _conntrack_where ,$_conntrack_command$_conntrack_table,
	if test -z "$_conntrack_given" -a -n "$_conntrack_command"
		and not string match -q "*$_conntrack_where*" -- $_conntrack_any_proto
		set -g _conntrack_proto 0
	end
end

# May a row of these protocols and contexts stand here?
function _conntrack_fits # PROTOS MAY
	test -z "$_conntrack_command" -o -z "$argv[2]"
	or string match -q "*$_conntrack_where*" -- $argv[2]
	and test $argv[1] = 0 -o (math "bitand($argv[1], $_conntrack_proto)") != 0
end

function _conntrack_may # VALUE PROTOS MAY NOT LETTER
	_conntrack_read
	if test -z "$argv[3]"
		test "$_conntrack_command$_conntrack_value" = RFILE; and return
		test -n "$_conntrack_not"; and return 1
		switch "$_conntrack_command"	# or a question about one
			case ''
				test "$argv[1]" = TABLE -o -n "$_conntrack_first"
			case h
				test $argv[5] != h
			case '*'
				test $argv[5] = h
		end
	else if test -n "$_conntrack_not"
		test -n "$argv[4]"; and _conntrack_fits $argv[2] $argv[4]
	else
		_conntrack_fits $argv[2] $argv[3]
	end
end

# The words of a value; those behind ! only when ! is there.
function _conntrack_means # VALUE PART
	for i in (seq (count $_conntrack_word_names))
		test $_conntrack_word_values[$i] = $argv[1]; or continue
		string match -q '!*' -- $_conntrack_word_names[$i]
		and not string match -q '!*' -- $argv[2]; and continue
		_conntrack_fits $_conntrack_word_protos[$i] $_conntrack_word_mays[$i]
		and echo $_conntrack_word_names[$i]
	end
end

# The names of a label map: ct/label.c.
function _conntrack_labels
	set -l map (string replace -r '^~/' "$HOME/" -- $_conntrack_map)

	test -r "$map"; and string replace -rf -- \
		'^[ \t]*[0-9]\S*[ \t]+([A-Za-z0-9-][A-Za-z0-9 -]*?)[ \t\r]*$' '$1' <$map
end

# Offer what a value may be, behind what a list has already.
function _conntrack_put # VALUE
	set -l token (commandline -ct)
	set -l part (string unescape -- "$token"; or string join '' -- "$token")
	set -l listed

	_conntrack_read
	set part (string replace -r '^(--[^=]*=|-[A-Za-z])' '' -- "$part")
	if string match -q '*,...*' -- $argv[1]
		set listed (string replace -r '[^,]*$' '' -- $part)
		set part (string replace -r '^.*,' '' -- $part)
	end
	set -l words
	switch $argv[1]
		case '*PATH'
			string match -q '*/*' -- $part; and __fish_complete_path $part
			set words (path basename /run/netns/*)
		case '*LABEL*'
			set words (_conntrack_labels)
		case '*'
			set words (_conntrack_means $argv[1] "$part")
	end
	for word in $words
		contains -- $word (string split , -- "$listed")
		or printf '%s\t%s\n' "$listed$word" $argv[1]
	end
end

# A table, or a value that may be left out.
function _conntrack_put_plain
	_conntrack_read
	string match -qr '^(TABLE$|\[)' -- "$_conntrack_value"
	and _conntrack_put $_conntrack_value
end

complete -c conntrack -e
set -e _conntrack_line
for name in names options letters values protos mays
	set -g _conntrack_$name
end
for name in values names protos mays
	set -g _conntrack_word_$name
end
_conntrack_rows _conntrack_add_row
_conntrack_words _conntrack_add_word
complete -c conntrack -f -a '(_conntrack_put_plain)'
