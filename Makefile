# SPDX-License-Identifier: GPL-2.0-only
#
# What one types at the top of the tree. The module itself is built by the
# kernel's build system from Kbuild; the work is in the scripts under tests/.

KDIR ?= /lib/modules/$(shell uname -r)/build

all: module userspace

help:
	@echo 'make demo       see it work, in a guest'
	@echo 'make check      the tests that protect every change'
	@echo 'make check-all  all tests, on all kernels'
	@echo 'make bench      what it costs and how late it is: a table, JSON and plots'
	@echo 'make check-debug  KUnit and end-to-end tests on the kernels with sanitizers'
	@echo 'make fuzz       feed the module wrong messages [MINUTES=10]'
	@echo 'make fuzz-userspace  the same for frame decoder and library [SECONDS=60]'
	@echo 'make coverage   lines of the module that the tests run'
	@echo 'make soak       wear it for hours [HOURS=1] and see what is left'
	@echo 'make module     varta.ko for the running kernel, or KDIR=...'
	@echo 'make userspace  the library and the tool, in build/userspace'
	@echo 'make deb        packages for Debian, in build/deb'
	@echo 'make rpm        packages for Fedora and its like, in build/rpm'
	@echo 'make check-packages  install, upgrade, reboot and remove them, in guests'
	@echo 'make netlink    what is generated from the netlink specification'
	@echo 'make clean      remove what was built'

demo:
	@tests/demo

check:
	@tests/check

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
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

userspace:
	$(MAKE) -C userspace

deb:
	@packaging/build-deb

rpm:
	@packaging/build-rpm

check-packages:
	@tests/packages/run

netlink:
	tests/regen-netlink
	tests/regen-netlink-reference

clean:
	rm -rf build
	find module kunit -name '*.o' -o -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' | xargs rm -f
	rm -f Module.symvers modules.order .Module.symvers.cmd .modules.order.cmd

.PHONY: all help demo check check-all bench check-debug fuzz fuzz-userspace \
	coverage soak module userspace deb rpm check-packages netlink clean
