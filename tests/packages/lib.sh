# SPDX-License-Identifier: GPL-2.0-only
#
# Functions for the cases: disks with a real Debian, commands in a chroot on a disk at this
# machine's speed, and booting a disk. Neither has a network. Sourced after
# tests/lib/common.sh.
# shellcheck shell=bash disable=SC2016,SC2154

here=$top/tests/packages
packages=$top/build/packages
# Emulated machines are slow, more so on a busy host.
boot_timeout=900

fail() {
	echo "$*" >&2
	exit 1
}

# check_eq WHAT EXPECTED ACTUAL
check_eq() {
	[[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# check_contains FILE PATTERN: a line of FILE matches PATTERN, as in grep -E
check_contains() {
	grep -qE -- "$2" "$1" || fail "no line matches '$2' in: $(cat "$1")"
}

# new_disk NAME: prints a new disk for the case, a copy of the cached one
new_disk() {
	local base
	base=$("$here/make-disk" "$1")
	cp --sparse=always "$base" "$work/$1.ext4"
	echo "$work/$1.ext4"
}

# used_disk NAME: prints a copy of a disk of another case, see keep_disk
used_disk() {
	[[ -e $packages/disks/$1 ]] || fail "no case has kept a disk '$1'"
	cp --sparse=always "$packages/disks/$1" "$work/$1.ext4"
	echo "$work/$1.ext4"
}

# keep_disk DISK NAME: for use by other cases
keep_disk() {
	mkdir -p "$packages/disks"
	mv "$1" "$packages/disks/$2"
}

# on_disk DISK COMMAND...: in a chroot on the disk, as root, on this machine's kernel and
# without a network. Processes and mounts of the command end with it, even if it is killed.
on_disk() {
	local disk=$1
	shift
	mkdir -p "$work/mount"
	unshare --mount --net --propagation private sh -euc '
		root=$2
		mount -o loop "$1" "$root"
		mount -t tmpfs tmpfs "$root/run"
		mount --bind /dev "$root/dev"
		shift 2
		export DEBIAN_FRONTEND=noninteractive LC_ALL=C HOME=/root
		export PATH=/usr/sbin:/usr/bin:/sbin:/bin
		status=0
		unshare --pid --fork --kill-child sh -euc "
			mount -t proc proc \"\$0/proc\"
			exec chroot \"\$0\" \"\$@\"
		" "$root" "$@" || status=$?
		# The end of the namespace would not wait for writing.
		umount --recursive "$root"
		exit "$status"
	' sh "$disk" "$work/mount" "$@"
}

# put DISK PATH FILE...: copies files, or directories, into a directory on the disk
put() {
	local disk=$1 path=$2
	shift 2
	on_disk "$disk" mkdir -p "$path"
	tar -c --transform='s|.*/||' -P "$@" | on_disk "$disk" tar -C "$path" -x --no-same-owner
}

# get DISK PATH: prints a file of the disk
get() {
	on_disk "$1" cat "$2"
}

# ---- The packages.

# put_debs DISK DIRECTORY: replaces the contents of /root/packages; without the page for Cockpit,
# which takes a Cockpit
put_debs() {
	local files=("$packages/$2"/*.deb)
	check_eq "packages" "$(grep -c '^Package: ' "$top/packaging/debian/control")" "${#files[@]}"
	mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -v /cockpit-varta_)
	on_disk "$1" rm -rf /root/packages
	put "$1" /root/packages "${files[@]}"
}

# install_debs DISK [OPTION]...: with apt-get, as an administrator
install_debs() {
	local disk=$1
	shift
	put_debs "$disk" deb
	on_disk "$disk" sh -c 'apt-get install -y -q "$@" /root/packages/*.deb' sh "$@"
}

# kernel_on DISK PATTERN: the release of a kernel on the disk
kernel_on() {
	on_disk "$1" sh -c 'cd /boot && ls vmlinuz-*' | sed s/vmlinuz-// |
		grep -E "^$2" | sort -V | tail -n 1
}

# ---- Booting.

# boot DISK RELEASE SCRIPT [KERNEL-ARGUMENT...]: boots the disk, runs the text SCRIPT with the
# functions of tests/selftests/lib.sh and lib-guest.sh, and turns the machine off. Prints the
# output of SCRIPT, which must succeed without complaints of the kernel.
boot() {
	local disk=$1 release=$2 script=$3
	shift 3
	get "$disk" "/boot/vmlinuz-$release" >"$work/vmlinuz"
	get "$disk" "/boot/initrd.img-$release" >"$work/initrd"
	on_disk "$disk" mkdir -p /tests
	{
		echo '#!/bin/sh'
		cat "$top/tests/selftests/lib.sh" "$here/lib-guest.sh"
		echo 'set -ex'
		echo "$script"
	} | on_disk "$disk" tee /tests/script >/dev/null
	on_disk "$disk" chmod 755 /tests/script
	: >"$work/status"
	echo "-- boots $release"
	# On a busy host the emulated timer may fail its check.
	local arguments="root=LABEL=guest rw console=ttyS0 panic=-1 loglevel=5 no_timer_check"
	# Their indirect branches are slow to emulate.
	arguments+=" mitigations=off"
	arguments+=" systemd.show_status=0 systemd.default_timeout_start_sec=600"
	# shellcheck disable=SC2054 # these commas are qemu's
	local machine=(
		qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot
		-accel 'tcg,thread=multi' -smp 2 -m 2048
		-kernel "$work/vmlinuz" -initrd "$work/initrd"
		-append "$arguments $*"
		-drive "file=$disk,format=raw,if=virtio,cache=unsafe"
		-chardev "file,id=console,path=$work/console" -serial chardev:console
		-chardev stdio,id=output,signal=off -serial chardev:output
		-chardev "file,id=status,path=$work/status" -serial chardev:status
	)
	# Of the case, as for a network.
	[[ ! -v machine_options ]] || machine+=("${machine_options[@]}")
	local status=0
	setpriv --pdeathsig TERM timeout --foreground --kill-after=5 "$boot_timeout" \
		setpriv --pdeathsig KILL "${machine[@]}" </dev/null || status=$?
	tr -d '\r' <"$work/console" >"$work/console.text"
	[[ $status -eq 0 ]] || fail "the machine ended with status $status: $(tail "$work/console.text")"
	local complaint
	complaint=$(first_complaint "$work/console.text")
	[[ -z $complaint ]] || fail "the kernel complained: $complaint"
	[[ -s $work/status ]] || fail "no script ran: $(tail "$work/console.text")"
	status=$(tr -dc 0-9 <"$work/status")
	[[ $status -eq 0 ]] || fail "the script ended with status $status"
}

# installed_disk SUITE: prints a disk with the packages installed, and the example agent built
# with libvarta-dev. Made once.
installed_disk() {
	local disk
	if [[ ! -e $packages/disks/installed-$1 ]]; then
		disk=$(new_disk "$1")
		install_debs "$disk" >&2
		put "$disk" /root "$top/userspace/examples/agent.c" >&2
		on_disk "$disk" sh -exc '/usr/bin/gcc-1? -Wall -o /usr/local/bin/agent /root/agent.c \
			$(pkg-config --cflags --libs varta)' >&2
		keep_disk "$disk" "installed-$1"
	fi
	used_disk "installed-$1"
}
