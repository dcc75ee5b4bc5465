# SPDX-License-Identifier: GPL-2.0-only
# Functions for tests on machines of other architectures than this one. Sourced by bash
# scripts after common.sh.
#
# The emulated machine has the memory ordering of the emulating one: on x86-64, no test can
# find a missing barrier that only arm64 needs.
# shellcheck shell=bash

# architecture_of KERNEL: Debian's name of it, for a directory laid out like what lib/kernel
# prints
architecture_of() {
	local release=
	[[ ! -e $1/release ]] || release=$(<"$1/release")
	case $release in
	*-arm64) echo arm64 ;;
	*-armmp*) echo armhf ;;
	*-686*) echo i386 ;;
	*-s390x) echo s390x ;;
	*) echo amd64 ;;
	esac
}

# use_architecture NAME: sets what the functions below and the scripts need
#
#   triplet   as in the names of directories and compilers
#   prefix    of the compiler and its companions
#   emulator  the emulated machine, a command
#   console   the kernel's name of the serial port
# shellcheck disable=SC2034 # for the scripts that source this file
use_architecture() {
	architecture=$1
	# The first of a machine's serial ports is the console. Machines with no other have
	# the rest on PCI, found in the order of their addresses.
	pci_serial=
	case $architecture in
	amd64)
		triplet=x86_64-linux-gnu
		emulator=(qemu-system-x86_64) console=ttyS0
		;;
	i386)
		triplet=i686-linux-gnu kernel_architecture=i386
		emulator=(qemu-system-i386) console=ttyS0
		;;
	arm64)
		triplet=aarch64-linux-gnu kernel_architecture=arm64
		# A server's processor.
		emulator=(qemu-system-aarch64 -machine virt -cpu neoverse-n1)
		console=ttyAMA0 pci_serial=1
		;;
	armhf)
		triplet=arm-linux-gnueabihf kernel_architecture=arm
		# Without highmem, PCI is where a kernel without LPAE reaches it.
		emulator=(qemu-system-arm -machine 'virt,highmem=off' -cpu cortex-a15)
		console=ttyAMA0 pci_serial=1
		;;
	s390x)
		# No guest, only programs.
		triplet=s390x-linux-gnu kernel_architecture=s390
		emulator=(qemu-s390x) console=
		;;
	esac
	prefix=$triplet-
	# Debian's directories of libraries have the oldest name of i386.
	multiarch=${triplet/#i686/i386}
}

# cross_libraries ROOT FILE: the loader and the libraries that a program needs, where
# they are in a root of cross-root; ldd would have to run it
cross_libraries() {
	local root=$1 paths=("$2") name i
	local -A seen=()
	for ((i = 0; i < ${#paths[@]}; i++)); do
		for name in $(named_libraries "${paths[i]}"); do
			[[ ! -v seen[$name] ]] || continue
			seen[$name]=1
			paths+=("$root/usr/lib/$multiarch/$name")
			echo "${paths[-1]}"
		done
	done
}

# named_libraries FILE: without their directories
named_libraries() {
	readelf --dynamic --program-headers "$1" 2>/dev/null |
		sed -nE 's#.*(interpreter: |\(NEEDED\).*\[)([^]]*/)?([^]]*)\].*#\3#p'
}

# cross_make ROOT ARGUMENT...: make, with a root of cross-root to compile and link with; without
# the exporter, which needs more libraries
cross_make() {
	cross_make_all "$@" EXPORTER=no
}

cross_make_all() {
	local root=$1
	shift
	PKG_CONFIG_SYSROOT_DIR=$root \
		PKG_CONFIG_LIBDIR=$root/usr/lib/$multiarch/pkgconfig \
		make CC="${prefix}gcc --sysroot=$root" AR="${prefix}ar" "$@"
}
