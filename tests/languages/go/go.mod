// SPDX-License-Identifier: GPL-2.0-only
module varta.invalid/agent

go 1.18

require varta.invalid/varta v0.0.0

replace varta.invalid/varta => ../../../userspace/bindings/go
