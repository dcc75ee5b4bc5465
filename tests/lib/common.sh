# SPDX-License-Identifier: GPL-2.0-only
# What every script under tests/ needs: where the tree and the cache are, and how to
# complain. Sourced by bash scripts; it holds no actions of its own.
# shellcheck shell=bash
# shellcheck disable=SC2034 # these variables are for the scripts that source this file

# Found from this file's own place, so that a copy of the tree works wherever it lies.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
lib=$top/tests/lib
cache=${VARTA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/varta}
program=$(basename "$0")

# A python3 earlier in PATH may be a private one without the Debian modules we install.
python=/usr/bin/python3

# What die exits with; a script may set its own.
failure_status=1

say() {
	echo "$program: $*" >&2
}

die() {
	say "$@"
	exit "$failure_status"
}

# Wrong arguments are told apart from failed work by status 2.
usage_error() {
	say "$@"
	echo "Try '$program --help'." >&2
	exit 2
}

# Prints the text between the markers of the calling script's first comment, so that
# --help and the comment cannot disagree.
show_help() {
	sed -n '/^# Usage:/,/^[^#]/{ /^#/s/^# \{0,1\}//p; }' "$0"
}

# Whether the tree is git's, and not a plain copy that may lie within another one.
in_git() {
	[[ $(git -C "$top" rev-parse --show-toplevel 2>/dev/null) == "$top" ]]
}

# The files that make up the tree: known to git or about to be, never its products.
# Works on a plain directory too, for a released tarball.
tree_files() {
	if in_git; then
		git -C "$top" ls-files --cached --others --exclude-standard --deduplicate -- "$@"
	else
		(cd "$top" && find "$@" -path ./build -prune -o -type f -print 2>/dev/null)
	fi
}

# The one version of everything.
tree_version() {
	sed -n s/^VERSION=//p "$top/VERSION"
}

# When the tree became what it is, in seconds since 1970: the same for every build of it.
tree_date() {
	if in_git; then
		git -C "$top" log -1 --format=%ct
	else
		stat --format=%Y "$top/VERSION"
	fi
}

# copy_tree DIRECTORY: the files that make up the tree, without what was built
copy_tree() {
	mkdir -p "$1"
	# What git lists may have been deleted from the tree.
	tree_files . | while read -r file; do
		[[ ! -e $top/$file ]] || printf '%s\0' "$file"
	done | tar -C "$top" -c --null -T - | tar -C "$1" -x
}
