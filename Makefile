# SPDX-License-Identifier: GPL-2.0-only
#
# The targets at the top of the tree. The module is built by the kernel's build system from
# Kbuild; the scripts under tests/ do the work of the others.

# make splits lists at spaces.
ifneq ($(words $(CURDIR)),1)
$(error the path of the tree has a space, which make cannot handle: $(CURDIR))
endif
# And names of files at colons, in rules.
ifneq ($(findstring :,$(CURDIR)),)
$(error the path of the tree has a colon, which make cannot handle: $(CURDIR))
endif

# Nor can the kernel's build system handle these.
special := % ; ' " & * ? | < > ` \ $$ ( ) [ ] \# = ,
refuse_special = $(foreach c,$(special),$(if $(findstring $c,$(CURDIR)),$(error the path of the tree has a $c, with which the kernel builds no modules: $(CURDIR))))

running := $(shell uname -r)
KDIR ?= /lib/modules/$(running)/build

# make -C and the shell take a space, and these, for something else.
special_in_commands := % ; ' " & * ? | < > ` \ $$ ( )
refuse_path = $(foreach c,$(special_in_commands),$(if $(findstring $c,$($1)),$(error $1 has a $c, which make cannot handle: $($1))))$(if $(word 2,$($1)),$(error $1 has a space, which make cannot handle: $($1)))
$(call refuse_path,DESTDIR)
$(call refuse_path,KDIR)
# Each part is installed by a make in another directory, from which it is another one.
ifneq ($(filter-out /%,$(DESTDIR)),)
$(error DESTDIR is a relative path, name an absolute one: $(DESTDIR))
endif

refuse_missing_headers = $(if $(shell test -e $(KDIR)/Makefile && echo found),,$(error $(KDIR) has no Makefile: install the headers of the kernel (linux-headers-$(running) on Debian, kernel-devel-$(running) on Fedora), or name a directory that has them with KDIR=))

all: module userspace

help:
	@echo 'Build:'
	@echo '  make module          varta.ko for the running kernel, or KDIR=... (1 minute)'
	@echo '  make userspace       library and tool, in build/userspace (seconds)'
	@echo '  make netlink         generated files of the netlink specification (seconds)'
	@echo '  make deb             Debian packages, in build/deb (1 minute)'
	@echo '  make rpm             Fedora packages, in build/rpm (1 minute)'
	@echo '  make clean           remove built files'
	@echo
	@echo 'Install, with prefix=/usr/local, DESTDIR= and KDIR= (1 minute):'
	@echo '  make install         all of:'
	@echo '  make install-lib     library, headers, examples, netlink specification'
	@echo '  make install-tool    varta and its completions for bash, zsh and fish'
	@echo '  make install-man     manual pages'
	@echo '  make install-python  the Python module; not part of install'
	@echo '  make install-rust    the crate, make install-go the Go package, make install-node'
	@echo '                       the package for Node; not part of install'
	@echo '  make install-cockpit the page for Cockpit; not part of install'
	@echo '  make install-module  varta.ko; then run depmod if DESTDIR is given'
	@echo
	@echo 'Test; the first run also fetches packages and kernels (10 minutes):'
	@echo '  make check-quick     static checks, unit tests, a few end-to-end cases (3 minutes)'
	@echo '  make check           the tests for every change (20 minutes, 30 on a busy machine)'
	@echo '  make check-all       also other kernels, debug kernels and mutants (hours)'
	@echo '  make check-debug     KUnit and end-to-end tests on debug kernels (2 hours)'
	@echo '  make check-packages  install, upgrade, reboot and remove the packages (hours)'
	@echo '  make -C tests TARGET=agents.case[:NAME]   one file of end-to-end cases, one case'
	@echo '                       (1 minute and more; make -C tests help)'
	@echo '  make coverage        lines of the module that the tests run (1 hour)'
	@echo '  make fuzz            fuzz the netlink interface [MINUTES=10]'
	@echo '  make fuzz-userspace  fuzz frame decoder and library [SECONDS=60]'
	@echo '  make soak            run it under load and look for leaks [HOURS=1]'
	@echo
	@echo 'Other:'
	@echo '  make demo            a demonstration in a guest (1 minute)'
	@echo '  make bench           costs and latency: table, JSON and plots (1 hour)'

demo:
	@tests/demo

check:
	@tests/check

check-quick:
	@tests/check --quick

check-all:
	@tests/check --all

bench:
	@tests/bench/run

check-debug:
	@tests/check-debug

fuzz:
	@tests/fuzz/run $(if $(MINUTES),--minutes $(MINUTES))

fuzz-userspace:
	@tests/fuzz/run-userspace $(SECONDS)

coverage:
	@tests/coverage

soak:
	@tests/soak $(or $(HOURS),1)

module:
	$(refuse_special)$(refuse_missing_headers)$(MAKE) -C $(KDIR) M=$(CURDIR) modules

userspace:
	$(MAKE) -C userspace

install: install-module
	$(MAKE) -C userspace $@

install-lib install-tool install-man install-python install-rust install-go install-node \
install-cockpit:
	$(MAKE) -C userspace $@

# The files are readable whatever the umask. The kernel's makefiles run depmod only if they
# find System.map.
install-module: module
	chmod a+r module/varta.ko
	umask 022 && $(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) \
		modules_install
	$(if $(DESTDIR),,depmod $(shell $(MAKE) -s -C $(KDIR) kernelrelease))

deb:
	@packaging/build-deb

rpm:
	@packaging/build-rpm

check-packages:
	@tests/packages/run

netlink:
	tests/regen-netlink
	tests/regen-netlink-reference
	tests/regen-bindings

clean:
	rm -rf build
	find module kunit -name '*.o' -o -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' | xargs rm -f
	rm -f Module.symvers modules.order .Module.symvers.cmd .modules.order.cmd

.PHONY: all help demo check check-quick check-all bench check-debug fuzz \
	fuzz-userspace coverage soak module userspace install install-lib \
	install-tool install-man install-python install-rust install-go install-node install-cockpit install-module \
	deb rpm check-packages netlink clean
