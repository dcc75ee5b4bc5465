# SPDX-License-Identifier: GPL-2.0-only
# Paths and functions for all scripts under tests/. Sourced by bash scripts; only defines
# variables and functions.
# shellcheck shell=bash
# shellcheck disable=SC2034 # these variables are for the scripts that source this file

# Relative to this file, so that a copy of the tree works anywhere.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
lib=$top/tests/lib
cache=${VARTA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/varta}
program=$(basename "$0")

# A python3 earlier in PATH may lack the Debian modules that the scripts install.
python=/usr/bin/python3

# The exit status of die; a script may set its own.
failure_status=1

say() {
	echo "$program: $*" >&2
}

die() {
	say "$@"
	exit "$failure_status"
}

# Status 2 is for wrong arguments.
usage_error() {
	say "$@"
	echo "Try '$program --help'." >&2
	exit 2
}

# Prints the part of the calling script's first comment from "Usage:" on.
show_help() {
	sed -n '/^# Usage:/,/^[^#]/{ /^#/s/^# \{0,1\}//p; }' "$0"
}

# Succeeds if the tree is a git work tree, not a plain copy within another one.
in_git() {
	[[ $(git -C "$top" rev-parse --show-toplevel 2>/dev/null) == "$top" ]]
}

# The files of the tree: known to git or new, without ignored ones. Works in a plain
# directory too, as an unpacked tarball.
tree_files() {
	if in_git; then
		git -C "$top" ls-files --cached --others --exclude-standard --deduplicate -- "$@"
	else
		(cd "$top" && find "$@" -path ./build -prune -o -type f -print 2>/dev/null)
	fi
}

# The version of the module, the library and the tool.
tree_version() {
	sed -n s/^VERSION=//p "$top/VERSION"
}

# The time of the last commit, in seconds since 1970: the same for every build of it.
tree_date() {
	if in_git; then
		git -C "$top" log -1 --format=%ct
	else
		stat --format=%Y "$top/VERSION"
	fi
}

# copy_tree DIRECTORY: copies the files of the tree, without built ones
copy_tree() {
	mkdir -p "$1"
	# What git lists may have been deleted from the tree.
	tree_files . | while read -r file; do
		[[ ! -e $top/$file ]] || printf '%s\0' "$file"
	done | tar -C "$top" -c --null -T - | tar -C "$1" -x
}

# The kernels of tests/lib/debug-kernel.
debug_kernels() {
	(cd "$top/tests/debug" && ls -- *.config) | sed 's/[.]config$//' | grep -vx base
}

is_debug_kernel() {
	[[ $1 != base && -e $top/tests/debug/$1.config ]]
}

# kernels_with WHAT: the kernels of tests/kernels on which WHAT runs
kernels_with() {
	awk -v what="$1" '!/^#/ { for (i = 2; i <= NF; i++) if ($i == what) print $1 }' \
		"$top/tests/kernels"
}
