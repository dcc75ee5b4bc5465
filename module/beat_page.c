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
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

#include "attest.h"
#include "beat_page.h"

/* Of 4 KiB, though the pages of the machine may be larger. */
static u32 nr_tables(u32 lanes)
{
	return lanes / VARTA_LANE_PLACES + 1;
}

static unsigned long pages_size(u32 lanes)
{
	return PAGE_ALIGN(nr_tables(lanes) * sizeof(struct varta_beat_page));
}

static struct file *new_file(u32 lanes)
{
	static_assert(sizeof(struct varta_beat_page) <= PAGE_SIZE);

	return shmem_file_setup("varta", pages_size(lanes),
				mk_vma_flags(VMA_NORESERVE_BIT));
}

/* Charged to the memory cgroup of the current process, and never swapped. */
static struct page *new_page(struct file *file, pgoff_t index)
{
	return shmem_read_mapping_page(file->f_mapping, index);
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

static int map_file(struct file *file, u32 lanes, unsigned long *address)
{
	unsigned long mapped = vm_mmap(file, 0, pages_size(lanes),
				       PROT_READ | PROT_WRITE, MAP_SHARED, 0);

	if (IS_ERR_VALUE(mapped))
		return (int)mapped;
	keep_private(mapped, file);
	*address = mapped;
	return 0;
}

/* Charged to the memory cgroup of the current process, like the pages. */
static struct varta_mapping *new_mapping(u32 lanes)
{
	u32 tables = nr_tables(lanes);
	struct varta_mapping *mapping;

	mapping = kzalloc(sizeof(*mapping) +
			  tables * sizeof(*mapping->lanes.tables) +
			  lanes * sizeof(*mapping->lanes.overdue),
			  GFP_KERNEL_ACCOUNT);
	if (!mapping)
		return NULL;
	mapping->lanes.count = lanes;
	mapping->lanes.overdue = (u64 *)(mapping + 1);
	mapping->lanes.tables = (void *)(mapping->lanes.overdue + lanes);
	return mapping;
}

static void put_pages(struct varta_mapping *mapping)
{
	u32 i;

	/* Of those in one page of the machine, the first one has the reference. */
	for (i = 0; i < nr_tables(mapping->lanes.count); i++) {
		void *table = mapping->lanes.tables[i];

		if (table && PAGE_ALIGNED(table))
			put_page(virt_to_page(table));
	}
}

static int get_pages(struct varta_mapping *mapping, struct file *file)
{
	const u32 per_page = PAGE_SIZE / sizeof(struct varta_beat_page);
	u32 i;

	/* A pinned page must not be in a zone for movable ones, or in highmem. */
	mapping_set_gfp_mask(file->f_mapping, GFP_USER);
	for (i = 0; i < nr_tables(mapping->lanes.count); i++) {
		struct varta_page_lane **table = &mapping->lanes.tables[i];
		struct page *page;

		if (i % per_page) {
			*table = table[-1] + VARTA_LANE_PLACES;
			continue;
		}
		page = new_page(file, i / per_page);
		if (IS_ERR(page))
			return PTR_ERR(page);
		*table = page_address(page);
	}
	mapping->page = (struct varta_beat_page *)mapping->lanes.tables[0];
	return 0;
}

/**
 * varta_beat_page_map() - map a new page into the current process
 * @lanes: how many lanes it has, up to VARTA_AGENT_LANES_MAX; for those that it has no
 *	room for, pages follow
 * @address: set to where it is
 * Context: process, may sleep.
 * Return: its mapping, to be put with varta_mapping_put(), or an ERR_PTR().
 */
struct varta_mapping *varta_beat_page_map(u32 lanes, unsigned long *address)
{
	u64 now = ktime_get_ns();
	struct varta_mapping *mapping;
	struct file *file;
	int err;

	if (!current->mm)
		return ERR_PTR(-EOPNOTSUPP);
	mapping = new_mapping(lanes);
	if (!mapping)
		return ERR_PTR(-ENOMEM);
	file = new_file(lanes);
	if (IS_ERR(file)) {
		kfree(mapping);
		return ERR_CAST(file);
	}
	err = get_pages(mapping, file);
	if (!err)
		err = map_file(file, lanes, address);
	fput(file);
	if (err) {
		varta_mapping_put(mapping);
		return ERR_PTR(err);
	}
	mapping->clock_offset = varta_sender_clock(now) - now;
	mapping->timens = varta_timens_of_current();
	mapping->exec_id = READ_ONCE(current->self_exec_id);
	return mapping;
}

/* From the current process. */
void varta_beat_page_unmap(unsigned long address, u32 lanes)
{
	vm_munmap(address, pages_size(lanes));
}

/* Does not sleep. The process keeps its pages. */
void varta_mapping_put(struct varta_mapping *mapping)
{
	put_pages(mapping);
	kfree(mapping);
}

/**
 * varta_has_executed() - whether a process runs another program by now
 * @proc: the process; the caller holds it
 * @exec_id: self_exec_id of the program before
 *
 * execve() removes the pages from the process, and nobody closes its lanes. Its
 * process reference stays.
 * Context: any; does not sleep.
 */
bool varta_has_executed(const struct varta_proc *proc, u64 exec_id)
{
	const struct task_struct *leader;
	bool executed;

	rcu_read_lock();
	leader = pid_task((struct pid *)proc, PIDTYPE_TGID);
	executed = leader && READ_ONCE(leader->self_exec_id) != exec_id;
	rcu_read_unlock();
	return executed;
}
