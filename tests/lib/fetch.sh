# SPDX-License-Identifier: GPL-2.0-only
# Debian packages, unpacked in the cache and never installed on the machine. Sourced by
# bash scripts, after mirror.sh. The script that sources it sets
#
#   name       of what is being fetched
#   directory  where that is kept; it holds .packages when it is complete
#   refresh    not empty: what is cached is not good enough
#
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by common.sh, mirror.sh and the sourcing script

# use_cached: prints the directory and ends the script if nothing is to be fetched; if
# something is, takes the lock that keeps others from fetching the same
use_cached() {
	mkdir -p "$(dirname "$directory")"
	print_cached
	exec 9>"$directory.lock"
	flock 9
	# Another run may have fetched it while this one waited for the lock.
	print_cached
	"$lib/packages" fetch >&2
}

print_cached() {
	[[ -e $directory/.packages && -z $refresh ]] || return 0
	echo "$directory"
	exit
}

# ---- A private apt: its own sources and lists, so that the machine's are left alone.

apt=$cache/apt/$name

private_apt() {
	local command=$1
	shift
	"$command" -qq -c "$apt/apt.conf" "$@"
}

# use_suites ARCHITECTURE...: reads sources.list lines and fetches their package lists.
# A package named without an architecture is of the first.
use_suites() {
	mkdir -p "$apt"/{lists/partial,cache/archives/partial}
	cat >"$apt/sources.list"
	# An empty status file: what is installed on this machine must not matter.
	: >"$apt/status"
	cat >"$apt/apt.conf" <<-END
		APT::Architecture "$1";
		APT::Architectures { $(printf '"%s"; ' "$@") };
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$apt";
		Dir::State::lists "$apt/lists";
		Dir::State::status "$apt/status";
		Dir::Cache "$apt/cache";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
	private_apt apt-get update >&2
}

# candidates PACKAGE...: name=version of each, as apt would download it
candidates() {
	private_apt apt-cache show --no-all-versions "$@" |
		awk '$1 == "Package:" { p = $2 } $1 == "Version:" { print p "=" $2 }' | sort
}

# ---- Unpacking, into a directory that only gets its name when it is complete.

work=
clean_up() {
	[[ -z $work ]] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# unpack PACKAGE...: downloads each and unpacks it into the work directory
unpack() {
	local downloads=$work/downloads file
	mkdir -p "$downloads"
	(cd "$downloads" && private_apt apt-get download "$@" >&2)
	for file in "$downloads"/*.deb; do
		# Where the work directory has a link to a directory, the link stays.
		dpkg-deb --fsys-tarfile "$file" |
			tar -x --keep-directory-symlink -C "$work"
	done
	rm -r "$downloads"
}

# begin PACKAGE...: whether these are to be fetched, and the work directory for them
begin() {
	local wanted
	wanted=$(candidates "$@")
	[[ $(wc -l <<<"$wanted") -eq $# ]] || die "the mirror does not have all of: $*"
	if [[ -e $directory/.packages && $wanted == "$(<"$directory/.packages")" ]]; then
		return 1
	fi
	say "fetching $name: $*"
	rm -rf "${directory%/*}/.$name".*
	work=$(mktemp -d "${directory%/*}/.$name.XXXXXX")
	chmod 755 "$work"
	echo "$wanted" >"$work/.packages"
}

finish() {
	local old=
	if [[ -e $directory ]]; then
		old=${directory%/*}/.$name.old
		mv "$directory" "$old"
	fi
	mv "$work" "$directory"
	work=
	[[ -z $old ]] || rm -rf "$old"
}
