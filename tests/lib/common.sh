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

# The files that make up the tree: known to git or about to be, never its products.
# Works on a plain directory too, for a released tarball.
tree_files() {
	if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$top" ls-files --cached --others --exclude-standard --deduplicate -- "$@"
	else
		(cd "$top" && find "$@" -path ./build -prune -o -type f -print 2>/dev/null)
	fi
}
