// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

//go:build !(mips || mipsle || (arm && !arm.7))

package varta

// storesWhole says whether sync/atomic stores 64 bits at once.
const storesWhole = true
