# SPDX-License-Identifier: GPL-2.0-only
#
# A terminal for cases: run a command in a terminal of any size, type keys, and read the
# screen. Sourced by cases.
# shellcheck shell=sh
# shellcheck disable=SC2154 # patience comes from lib.sh

tmux_here() {
	LC_CTYPE=C.UTF-8 tmux -L case -f /dev/null "$@"
}

# start_terminal COLUMNS LINES COMMAND: in a new terminal, which is closed after the case
start_terminal() {
	trap 'tmux_here kill-server 2>/dev/null' EXIT
	# The sleep keeps the screen after the command has ended.
	tmux_here new-session -d -x "$1" -y "$2" "$3; echo status \$?; sleep 1000"
}

# end_terminal: a client that connects to a server that ends fails
end_terminal() {
	server=$(tmux_here display-message -p '#{pid}')
	tmux_here kill-server
	wait_until [ ! -e "/proc/$server/exe" ]
}

send_keys() {
	tmux_here send-keys "$@"
}

resize_terminal() {
	tmux_here resize-window -x "$1" -y "$2"
}

# The text on the screen, without spaces at the ends of lines.
screen() {
	tmux_here capture-pane -p
}

# screen_has PATTERN [N]: N lines or more match PATTERN (default: one)
screen_has() {
	[ "$(screen | grep -cE -- "$1")" -ge "${2:-1}" ]
}

screen_lacks() {
	! screen_has "$1"
}

# wait_for_each COMMAND PATTERN...: until COMMAND succeeds for each PATTERN
wait_for_each() {
	command=$1
	shift
	for pattern in "$@"; do
		deadline=$(($(uptime_seconds) + patience))
		until "$command" "$pattern"; do
			[ "$(uptime_seconds)" -lt "$deadline" ] ||
				fail "not true after $patience s: $command '$pattern':
$(screen)"
			usleep 50000
		done
	done
}

# wait_for_screen PATTERN...: until the screen has each
wait_for_screen() {
	wait_for_each screen_has "$@"
}

# wait_until_gone PATTERN...: until the screen has none of them
wait_until_gone() {
	wait_for_each screen_lacks "$@"
}

# The length of the longest line on the screen, in bytes.
screen_width() {
	screen | awk '{ if (length > most) most = length } END { print most + 0 }'
}
