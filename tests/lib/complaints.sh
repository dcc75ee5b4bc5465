# SPDX-License-Identifier: GPL-2.0-only
# What a healthy kernel never says, and how to find it in a console log. Sourced.
# shellcheck shell=bash

# Extended regular expressions.
complaints=(
	'WARNING:' 'BUG:' 'Oops' 'general protection fault' 'Kernel panic'
	'KASAN' 'UBSAN' 'KCSAN' 'KMSAN' 'KFENCE' 'ODEBUG:'
	'possible recursive locking' 'possible circular locking' 'possible irq lock inversion'
	'inconsistent lock state' 'suspicious RCU usage' 'Invalid wait context'
	'bad unlock balance' 'held lock freed' 'lock held when returning to user space'
	'sleeping function called from invalid context' 'scheduling while atomic'
	'rcu: INFO: .* stall' 'blocked for more than' 'unreferenced object'
	'refcount_t: ' 'list_(add|del) corruption' 'Bad page state'
)

# A kernel with sanitizers introduces them at boot.
innocent='(KASAN|KFENCE|KCSAN|KMSAN|UBSAN).*(initialized|init |enabled|selftest)'

# first_complaint LOG: prints LINE-NUMBER:TEXT, or nothing for a clean log
first_complaint() {
	local pattern
	pattern=$(IFS='|' && echo "${complaints[*]}")
	{ grep -anE -- "$pattern" "$1" | grep -avE -- "$innocent" | head -n 1 | tr -d '\r'; } || true
}
