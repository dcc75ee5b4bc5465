// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

// Go before 1.21 does not tell ARMv7 from older processors.
//go:build mips || mipsle || (arm && !arm.7)

package varta

// storesWhole: here, sync/atomic takes a lock, which the kernel does not know, for two stores.
const storesWhole = false
