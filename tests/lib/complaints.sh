# SPDX-License-Identifier: GPL-2.0-only
# Finds warnings and errors of the kernel in a console log. Sourced.
# shellcheck shell=bash

# Extended regular expressions.
complaints=(
	'WARNING:' 'BUG:' 'Oops' 'general protection fault' 'Kernel panic'
	'KASAN' 'UBSAN' 'KCSAN' 'KMSAN' 'KFENCE' 'ODEBUG:'
	'possible recursive locking' 'possible circular locking' 'possible irq lock inversion'
	'inconsistent lock state' 'suspicious RCU usage' 'Invalid wait context'
	'trying to register non-static key' 'turning off the locking correctness validator'
	'bad unlock balance' 'held lock freed' 'lock held when returning to user space'
	'sleeping function called from invalid context' 'scheduling while atomic'
	'rcu: INFO: .* stall' 'blocked for more than' 'unreferenced object'
	'refcount_t: ' 'list_(add|del) corruption' 'Bad page state'
)

# A kernel with sanitizers prints their names at boot.
innocent='(KASAN|KFENCE|KCSAN|KMSAN|UBSAN).*(initialized|init |enabled|selftest)'

# The kernel itself has data races, above all in timers and the scheduler, also in functions
# that varta calls. A race is varta's if one of the two accesses is in varta, or in a function
# that varta called directly, as memcpy.
# without_foreign_races LOG: prints it with empty lines instead of the kernel's own races
without_foreign_races() {
	LC_ALL=C awk '
		function flush() {
			if (race && !ours)
				gsub(/[^\n]/, "", held)
			printf "%s", held
			held = ""
			inside = race = ours = frames = 0
		}
		/==============================/ {
			held = held $0 "\n"
			if (inside)
				flush()
			else
				inside = 1
			next
		}
		!inside { print; next }
		{ held = held $0 "\n" }
		/BUG: KCSAN: / { race = 1; frames = 1 }
		/ bytes by (task|interrupt)/ { frames = 3 }
		frames-- > 0 && /\[varta/ { ours = 1 }
		# Other messages in between must not be lost.
		/BUG: / && !/BUG: KCSAN: / || /WARNING: / { ours = 1 }
		END { ours = 1; flush() }
	' "$1"
}

# first_complaint LOG: prints LINE-NUMBER:TEXT, or nothing for a clean log
first_complaint() {
	local pattern
	pattern=$(IFS='|' && echo "${complaints[*]}")
	{ without_foreign_races "$1" | grep -anE -- "$pattern" | grep -avE -- "$innocent" | head -n 1 | tr -d '\r'; } || true
}
