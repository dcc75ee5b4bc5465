# SPDX-License-Identifier: GPL-2.0-only
# The mirror of Debian packages: the one that this machine uses. Sourced after common.sh;
# only defines functions.
# shellcheck shell=bash

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

own_sources() {
	# shellcheck disable=SC2016 # apt's variables, not the shell's
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep -E ' bookworm(-updates|-security)? main$'
}
# The same, as lines for a sources.list.
own_source_lines() {
	own_sources | sed "s|^|deb [signed-by=$keyring] |"
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
