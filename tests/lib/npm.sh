# SPDX-License-Identifier: GPL-2.0-only
# Packages of the npm registry that only tests use. Sourced after common.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # cache is of common.sh

# npm_packages PACKAGE@VERSION...: prints a directory with their node_modules, from the cache if it is
# there. Nothing of them is run.
npm_packages() {
	local directory work
	directory=$cache/npm/$(sha256sum <<<"$*" | cut -c 1-16)
	if [[ ! -e $directory ]]; then
		command -v npm >/dev/null || die "needs npm"
		mkdir -p "$cache/npm"
		work=$(mktemp -d "$cache/npm/.XXXXXX")
		say "fetching $*"
		npm install --silent --ignore-scripts --no-audit --no-fund --no-save \
			--prefix "$work" "$@" >&2 || { rm -rf "$work"; die "npm could not fetch $*"; }
		mv -T "$work" "$directory" 2>/dev/null || rm -rf "$work"
	fi
	echo "$directory"
}
