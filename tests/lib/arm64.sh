# SPDX-License-Identifier: GPL-2.0-only
# Functions for tests on an arm64 machine. Sourced by bash scripts after common.sh.
#
# The emulated machine has the memory ordering of the emulating one: on x86-64, no test can
# find a missing barrier that only arm64 needs.
# shellcheck shell=bash

# The compiler and its companions, for modules and programs.
# shellcheck disable=SC2034 # for the scripts that source this file
arm64_prefix=aarch64-linux-gnu-

# is_arm64 KERNEL: a directory laid out like what lib/kernel prints
is_arm64() {
	[[ -e $1/release && $(<"$1/release") == *-arm64 ]]
}

# arm64_libraries ROOT FILE: the loader and the libraries that a program needs, where
# they are in an arm64 root; ldd would have to run it
arm64_libraries() {
	local root=$1 paths=("$2") name i
	local -A seen=()
	for ((i = 0; i < ${#paths[@]}; i++)); do
		for name in $(named_libraries "${paths[i]}"); do
			[[ ! -v seen[$name] ]] || continue
			seen[$name]=1
			paths+=("$root/usr/lib/aarch64-linux-gnu/$name")
			echo "${paths[-1]}"
		done
	done
}

# named_libraries FILE: without their directories
named_libraries() {
	readelf --dynamic --program-headers "$1" 2>/dev/null |
		sed -nE 's#.*(interpreter: |\(NEEDED\).*\[)([^]]*/)?([^]]*)\].*#\3#p'
}

# arm64_make ROOT ARGUMENT...: make, with an arm64 root to compile and link with
arm64_make() {
	local root=$1
	shift
	PKG_CONFIG_SYSROOT_DIR=$root \
		PKG_CONFIG_LIBDIR=$root/usr/lib/aarch64-linux-gnu/pkgconfig \
		make CC="${arm64_prefix}gcc --sysroot=$root" AR="${arm64_prefix}ar" EXPORTER=no GATEWAY=no JOURNAL=no "$@"
}
