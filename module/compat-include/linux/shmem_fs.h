/* SPDX-License-Identifier: GPL-2.0-only */
/* Flags of mappings are a type of their own in 7.x, and set by a function since 6.3. */
#ifndef _VARTA_COMPAT_LINUX_SHMEM_FS_H
#define _VARTA_COMPAT_LINUX_SHMEM_FS_H

#include <linux/mm.h>
#include <linux/version.h>
#include_next <linux/shmem_fs.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define VMA_NORESERVE_BIT	VM_NORESERVE
#define mk_vma_flags(flags)	(flags)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

#endif /* _VARTA_COMPAT_LINUX_SHMEM_FS_H */
