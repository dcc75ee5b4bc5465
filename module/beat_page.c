// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages in which agents beat without a system call: of tmpfs, mapped into the
 * current process. The mapping belongs to the process, and the kernel has a
 * reference to the page only. So neither outlives what it needs: the module can
 * be unloaded while pages are mapped, and a process can unmap its page.
 */

#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

#include "action.h"
#include "attest.h"
#include "beat_page.h"

static struct file *new_file(void)
{
	static_assert(sizeof(struct varta_beat_page) <= PAGE_SIZE);

	return shmem_file_setup("varta", PAGE_SIZE,
				mk_vma_flags(VMA_NORESERVE_BIT));
}

/* Charged to the memory cgroup of the current process, and never swapped. */
static struct page *new_page(struct file *file)
{
	/* A pinned page must not be in a zone for movable ones, or in highmem. */
	mapping_set_gfp_mask(file->f_mapping, GFP_USER);
	return shmem_read_mapping_page(file->f_mapping, 0);
}

/*
 * Children and core dumps have no use for it, and no child may beat in it. The
 * process may have replaced the mapping meanwhile.
 */
static void keep_private(unsigned long address, const struct file *file)
{
	struct vm_area_struct *vma;

	mmap_write_lock(current->mm);
	vma = find_vma(current->mm, address);
	if (vma && vma->vm_start == address && vma->vm_file == file)
		vm_flags_set(vma, VM_DONTCOPY | VM_DONTDUMP | VM_DONTEXPAND);
	mmap_write_unlock(current->mm);
}

static int map_file(struct file *file, unsigned long *address)
{
	unsigned long mapped = vm_mmap(file, 0, PAGE_SIZE,
				       PROT_READ | PROT_WRITE, MAP_SHARED, 0);

	if (IS_ERR_VALUE(mapped))
		return (int)mapped;
	keep_private(mapped, file);
	*address = mapped;
	return 0;
}

/* Charged to the memory cgroup of the current process, like the page. */
static struct varta_mapping *new_mapping(u32 lanes)
{
	struct varta_mapping *mapping;

	mapping = kzalloc(sizeof(*mapping) + lanes * sizeof(*mapping->overdue),
			  GFP_KERNEL_ACCOUNT);
	if (!mapping)
		return NULL;
	mapping->lanes = lanes;
	mapping->overdue = (u64 *)(mapping + 1);
	return mapping;
}

/**
 * varta_beat_page_map() - map a new page into the current process
 * @lanes: how many lanes it has, up to VARTA_LANES_MAX
 * @address: set to where it is
 * Context: process, may sleep.
 * Return: its mapping, to be put with varta_mapping_put(), or an ERR_PTR().
 */
struct varta_mapping *varta_beat_page_map(u32 lanes, unsigned long *address)
{
	u64 now = ktime_get_ns();
	struct varta_mapping *mapping;
	struct page *page;
	struct file *file;
	int err;

	if (!current->mm)
		return ERR_PTR(-EOPNOTSUPP);
	mapping = new_mapping(lanes);
	if (!mapping)
		return ERR_PTR(-ENOMEM);
	file = new_file();
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto free_mapping;
	}
	page = new_page(file);
	if (IS_ERR(page)) {
		err = PTR_ERR(page);
		goto put_file;
	}
	err = map_file(file, address);
	if (err)
		goto put_page;
	fput(file);
	mapping->page = page_address(page);
	mapping->clock_offset = varta_sender_clock(now) - now;
	mapping->timens = varta_timens_of_current();
	mapping->exec_id = READ_ONCE(current->self_exec_id);
	return mapping;

put_page:
	put_page(page);
put_file:
	fput(file);
free_mapping:
	kfree(mapping);
	return ERR_PTR(err);
}

/* From the current process. */
void varta_beat_page_unmap(unsigned long address)
{
	vm_munmap(address, PAGE_SIZE);
}

/* Does not sleep. The process keeps its page. */
void varta_mapping_put(struct varta_mapping *mapping)
{
	put_page(virt_to_page(mapping->page));
	kfree(mapping);
}

/**
 * varta_mapping_is_left() - whether nobody can write into the page any more
 * @mapping: a mapping
 * @proc: the process that asked for it; the caller holds it
 *
 * execve() removes the page from the process. Its process reference stays.
 * Context: any; does not sleep.
 */
bool varta_mapping_is_left(const struct varta_mapping *mapping,
			   const struct varta_proc *proc)
{
	struct varta_action_target now = {};

	return varta_target_read(&now, (struct pid *)proc) &&
	       now.exec_id != mapping->exec_id;
}
