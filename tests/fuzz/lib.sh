# SPDX-License-Identifier: GPL-2.0-only
# Functions for the fuzzing scripts. Sourced after tests/lib/common.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # top and lib are of common.sh

fuzz=$top/tests/fuzz
out=$top/build/fuzz
# shellcheck disable=SC2034 # for the scripts that source this file
netlink_fuzz=$out/netlink-fuzz

# Compiles the netlink fuzzer with the current grammar.
build_netlink_fuzz() {
	"$lib/packages" userspace netlink
	mkdir -p "$out"
	"$fuzz/grammar" c >"$out/grammar.c"
	gcc -O2 -g -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Werror \
		-I"$fuzz/netlink" -I"$top/module/include/uapi" -static \
		-o "$netlink_fuzz" "$fuzz"/netlink/*.c "$out/grammar.c" -pthread
}

# in_guest PROGRAMS TIMEOUT ARGUMENT...: runs the fuzzer in a guest with KCOV, where PROGRAMS
# is /tests/programs. Its output is in $out/output; after a failure, the last programs are
# saved.
in_guest() {
	local programs=$1 timeout=$2 status=0 memory saved
	shift 2
	memory=$(mktemp --tmpdir="$([[ -w /dev/shm ]] && echo /dev/shm || echo "$out")" varta-fuzz-XXXXXX)
	# shellcheck disable=SC2064 # the name is known now
	trap "rm -f '$memory'" EXIT
	"$top/tests/run-in-guest" --kernel kasan --timeout "$timeout" --memory-file "$memory" \
		--add "$programs:/tests/programs" "$netlink_fuzz" "$@" | tee "$out/output" |
		grep --line-buffered -v '^corpus ' || status=${PIPESTATUS[0]}
	if [[ $status -ne 0 ]]; then
		saved=$out/crash-$(date +%Y%m%d-%H%M%S).txt
		"$netlink_fuzz" decode "$memory" >"$saved" || true
		say "the last programs are in $saved; try: tests/fuzz/replay $saved"
	fi
	return "$status"
}
