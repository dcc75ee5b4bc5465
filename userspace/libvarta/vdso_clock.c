// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The clock of beats.
 */
#include <dlfcn.h>
#include <sys/auxv.h>

#include "vdso_clock.h"

varta_clock_function *varta_clock_gettime = clock_gettime;

/* Absent in static programs, and in the C libraries that have them elsewhere. */
#pragma weak dlopen
#pragma weak dlsym

#if defined(__x86_64__) && defined(__LP64__)
static const char name[] = "__vdso_clock_gettime";
#elif defined(__aarch64__)
static const char name[] = "__kernel_clock_gettime";
#else
static const char name[] = "";
#endif

void varta_clock_init(void)
{
	void *vdso, *function;

	/* Without a vDSO, as in valgrind, dlopen() would look for a file. */
	if (!name[0] || !dlopen || !dlsym || !getauxval(AT_SYSINFO_EHDR))
		return;
	vdso = dlopen("linux-vdso.so.1", RTLD_NOW | RTLD_NOLOAD);
	function = vdso ? dlsym(vdso, name) : NULL;
	if (function)
		__atomic_store_n(&varta_clock_gettime,
				 (varta_clock_function *)function,
				 __ATOMIC_RELAXED);
}
