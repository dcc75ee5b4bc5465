# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of varta(1) for bash. Commands, options and settings are read from
# the output of varta; only the values of some options are listed here.
# shellcheck shell=bash

_varta_commands() {
	varta --help 2>/dev/null |
		sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# _varta_options COMMAND: prints the options; "--count=" if it needs a value
_varta_options() {
	varta "$1" --help 2>/dev/null |
		sed -nE 's/^ +(-., *)?(--[a-z-]+=?).*/\2/p'
}

# _varta_program: prints the index of the program that "varta run" runs, if it
# is on the line
_varta_program() {
	local i options
	options=$(_varta_options run)
	for ((i = 2; i <= COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--)
			echo $((i + 1))
			return
			;;
		-*)
			# Skip the value: the next word, or the one after '='.
			if [[ $'\n'$options == *$'\n'"${COMP_WORDS[i]}="* ]]; then
				((i++))
				[[ ${COMP_WORDS[i]-} != = ]] || ((i++))
			fi
			;;
		*)
			echo "$i"
			return
			;;
		esac
	done
}

# _varta_field NAME: prints a member of each agent; not those with bytes that the shell
# interprets, as any user can choose them and "compgen -W" expands words
_varta_field() {
	varta agents -j 2>/dev/null | sed -nE "s/^ *\"$1\": *\"?([a-zA-Z0-9:_.@-]+)\"?,?$/\1/p" | sort -u
}

# _varta_values COMMAND OPTION: prints the known values; fails if the option
# has no value
_varta_values() {
	case $2 in
	--color) echo auto always never ;;
	--sort) echo pid name silence status threshold namespace ;;
	--status) echo ok degraded critical ;;
	--pid) echo $$ ;;
	--user | --unit | --container | --pod) _varta_field "${2#--}" ;;
	--*) [[ $'\n'$(_varta_options "$1") == *$'\n'"$2="* ]] ;;
	*) return 1 ;;
	esac
}

# _varta_arguments COMMAND
_varta_arguments() {
	case $1 in
	agents) _varta_field pid ;;
	expect) _varta_field name ;;
	why) _varta_field pid && _varta_field name ;;
	config)
		[[ $COMP_CWORD -gt 2 ]] || echo list get set
		varta config list 2>/dev/null | awk '{ print $1 }'
		;;
	help) [[ $COMP_CWORD -gt 2 ]] || _varta_commands ;;
	esac
}

_varta() {
	local command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]}
	local previous=${COMP_WORDS[COMP_CWORD - 1]} words program
	COMPREPLY=()
	# In COMP_WORDS, '=' is a word of its own.
	if [[ $current == = ]]; then
		current=
	elif [[ $previous == = ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $previous in
	--output | --web-config)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	esac
	if [[ $COMP_CWORD -eq 1 ]]; then
		words="$(_varta_commands) --help --version"
	else
		program=
		[[ $command != run ]] || program=$(_varta_program)
		if [[ -n $program && $COMP_CWORD -ge $program ]]; then
			_varta_run "$program"
			return
		fi
		if ! words=$(_varta_values "$command" "$previous"); then
			if [[ $current == -* ]]; then
				words=$(_varta_options "$command")
			else
				words=$(_varta_arguments "$command")
			fi
		fi
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	# No space after '=': the value follows.
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] ||
		compopt -o nospace 2>/dev/null
}

# _varta_run INDEX: completes the program at INDEX as a command line of its own,
# if bash-completion is loaded
_varta_run() {
	if declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif [[ $COMP_CWORD -eq $1 ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
	fi
}

complete -F _varta varta
