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
	@echo 'make soak       wear it for hours [HOURS=1] and see what is left'
	@echo 'make module     varta.ko for the running kernel, or KDIR=...'
	@echo 'make userspace  the library and the tool, in build/userspace'
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

soak:
	@tests/soak $(or $(HOURS),1)

module:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

userspace:
	$(MAKE) -C userspace

netlink:
	tests/regen-netlink
	tests/regen-netlink-reference

clean:
	rm -rf build
	find module kunit -name '*.o' -o -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' | xargs rm -f
	rm -f Module.symvers modules.order .Module.symvers.cmd .modules.order.cmd

.PHONY: all help demo check check-all bench soak module userspace netlink clean
