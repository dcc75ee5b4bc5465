# SPDX-License-Identifier: GPL-2.0-only
# Toolchains of the languages in userspace/bindings, and Python for guests. Sourced after
# common.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # top is of common.sh

bindings=$top/userspace/bindings
built=$top/build/bindings

# Debian's, if it is there.
run_cargo() {
	CARGO_TARGET_DIR=$built/rust PATH=/usr/bin:$PATH cargo "$@"
}

# Nothing is fetched.
run_go() {
	GOPROXY=off GOTOOLCHAIN=local GOFLAGS=-mod=mod CGO_ENABLED=0 go "$@"
}

# missing_tool LANGUAGE: prints what is missing to build it; nothing if all is there
missing_tool() {
	case $1 in
	python) [[ -x /usr/bin/python3 ]] || echo /usr/bin/python3 ;;
	rust) PATH=/usr/bin:$PATH cargo --version >/dev/null 2>&1 || echo cargo ;;
	go) go version >/dev/null 2>&1 || echo go ;;
	node)
		if ! command -v node >/dev/null; then
			echo node
		elif ! echo '#include <node_api.h>
			#include <uv.h>' | gcc -I/usr/include/node -fsyntax-only -x c - 2>/dev/null; then
			echo "the headers of node"
		fi
		;;
	esac
}

# build_node DIRECTORY: the package with its addon, as after npm install
build_node() {
	rm -rf "$1"
	mkdir -p "$1"
	cp "$bindings"/node/*.js "$bindings/node/package.json" "$1"
	gcc -std=gnu11 -O2 -Wall -Wextra -Wshadow -Werror -fPIC -shared -I/usr/include/node \
		-I"$top/userspace/libvarta" -I"$top/module/include/uapi" \
		-o "$1/varta.node" "$bindings/node/addon.c"
}

# example_of LANGUAGE [NUMBER]: the code in its README; 1 is the first
example_of() {
	awk -v wanted="${2-1}" '/^```./ { number++; inside = 1; next } /^```$/ { inside = 0 }
		inside && number == wanted' "$bindings/$1/README.md"
}

# stage_python DIRECTORY [PACKAGE]...: Debian's interpreter, its library and modules of packages,
# without compiled files, as the guest's memory holds them twice
stage_python() {
	local tree=$1 package
	shift
	for package in python3-minimal python3.11-minimal libpython3.11-minimal \
		libpython3.11-stdlib "$@"; do
		dpkg -L "$package"
	done | grep -E '^/usr/(bin/python|lib/python3)' | grep -v __pycache__ |
		sed 's|^/||' >"$tree/list"
	tar --create --directory / --no-recursion --files-from "$tree/list" |
		tar --extract --directory "$tree"
	rm "$tree/list"
}

# python_libraries DIRECTORY: adds options of run-in-guest to additions, which copies the shared
# libraries of what it adds
python_libraries() {
	local module modules
	mapfile -t modules < <(find "$1/usr/lib/python3"* -name '*.so')
	additions+=(--add "/usr/bin/python3.11:/usr/bin/python3.11")
	for module in "${modules[@]}"; do
		additions+=(--add "$module:/${module#"$1/"}")
	done
}
