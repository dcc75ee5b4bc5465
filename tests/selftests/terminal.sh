# SPDX-License-Identifier: GPL-2.0-only
#
# A terminal for cases: a command runs on one of any size, keys are typed, and
# what is on the screen is looked at. Sourced by cases.
# shellcheck shell=sh
# shellcheck disable=SC2154 # patience comes from lib.sh

on_terminal() {
	LC_CTYPE=C.UTF-8 tmux -L case -f /dev/null "$@"
}

# terminal COLUMNS LINES COMMAND: in a new one, which ends with the case
terminal() {
	trap 'on_terminal kill-server 2>/dev/null' EXIT
	# What the command leaves on the screen stays there.
	on_terminal new-session -d -x "$1" -y "$2" "$3; echo status \$?; sleep 1000"
}

keys() {
	on_terminal send-keys "$@"
}

resize() {
	on_terminal resize-window -x "$1" -y "$2"
}

# What is on the screen, lines without the spaces at their ends.
screen() {
	on_terminal capture-pane -p
}

# seen PATTERN [NUMBER]: on the screen, in so many lines (default: in any)
seen() {
	[ "$(screen | grep -cE -- "$1")" -ge "${2:-1}" ]
}

not_seen() {
	! seen "$1"
}

seconds() {
	cut -d . -f 1 /proc/uptime
}

# see_that COMMAND PATTERN...: wait until it is so for each. A look takes long here, so
# that the time is counted, and not the looks.
see_that() {
	command=$1
	shift
	for pattern in "$@"; do
		deadline=$(($(seconds) + patience))
		until "$command" "$pattern"; do
			[ "$(seconds)" -lt "$deadline" ] ||
				fail "never $command: $pattern, but:
$(screen)"
			usleep 50000
		done
	done
}

# see PATTERN...: wait until each is on the screen
see() {
	see_that seen "$@"
}

see_no() {
	see_that not_seen "$@"
}

# The longest line on the screen, in bytes.
widest() {
	screen | awk '{ if (length > most) most = length } END { print most + 0 }'
}
