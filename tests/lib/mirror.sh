# SPDX-License-Identifier: GPL-2.0-only
# Where Debian packages come from. Sourced by bash scripts, after common.sh; the package
# group "fetch" has what it needs.
# shellcheck shell=bash

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror is the one the machine itself uses for Debian 12, whatever its name.
own_sources() {
	# shellcheck disable=SC2016 # apt's variables, not the shell's
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep -E ' bookworm(-updates|-security)? main$'
}
mirror() {
	own_sources | awk '$2 == "bookworm" { print $1; exit }'
}

# source_lines SUITE...: lines for a sources.list, on the machine's own mirror
source_lines() {
	local uri suite
	uri=$(mirror)
	[[ -n $uri ]] || die "apt knows no mirror for Debian 12 (bookworm)"
	for suite in "$@"; do
		echo "deb [signed-by=$keyring] $uri $suite main"
	done
}
