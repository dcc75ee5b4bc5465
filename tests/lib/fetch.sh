# SPDX-License-Identifier: GPL-2.0-only
# Fetches Debian packages and unpacks them in the cache; they are not installed. Sourced by
# bash scripts after mirror.sh. The script that sources it sets
#
#   name       the name for messages
#   directory  the directory in the cache; it has .packages when it is complete
#   refresh    not empty: fetch newer packages even if some are cached
#
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by common.sh, mirror.sh and the sourcing script

# use_cached: prints the directory and exits if nothing must be fetched; otherwise takes the
# lock against fetching the same twice
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

# ---- A private apt with its own sources and lists, which does not change the machine's.

apt=$cache/apt/$name

private_apt() {
	local command=$1
	shift
	"$command" -qq -c "$apt/apt.conf" "$@"
}

# use_suites ARCHITECTURE...: reads sources.list lines and fetches their package lists.
# The first architecture is the default for packages.
use_suites() {
	mkdir -p "$apt"/{lists/partial,cache/archives/partial}
	cat >"$apt/sources.list"
	# An empty status file, to ignore the packages installed on this machine.
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

# candidates PACKAGE...: prints name=version of each, as apt would download it
candidates() {
	private_apt apt-cache show --no-all-versions "$@" |
		awk '$1 == "Package:" { p = $2 } $1 == "Version:" { print p "=" $2 }' | sort
}

# ---- Unpacking, into a directory that is renamed when it is complete.

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
		# A link to a directory in the work directory stays.
		dpkg-deb --fsys-tarfile "$file" |
			tar -x --keep-directory-symlink -C "$work"
	done
	rm -r "$downloads"
}

# begin PACKAGE...: succeeds if these must be fetched, and makes the work directory
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
