// SPDX-License-Identifier: GPL-2.0-only
/*
 * User stacks. See user_stack.h.
 */
#include "user_stack.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "format.h"
#include "procfs.h"

#if __has_include(<elfutils/libdwfl.h>) && __has_include(<linux/openat2.h>)
#define HAVE_LIBDW	1
#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <linux/openat2.h>
#endif

/* The longest output of the child that is read. */
#define OUTPUT_MAX	(256U * 1024)

/* A longer frame is cut. */
#define FRAME_MAX	200

/* How long a thread may take to stop. */
#define STOP_MS		300

/* As in the maps. */
#define VDSO_NAME	"[vdso]"

/* A larger one is left out. */
#define VDSO_MAX	(64UL * 1024)

/* The library maps the files of the process. */
#define CHILD_MEMORY	(2UL * 1024 * 1024 * 1024)

__attribute__((format(printf, 2, 3)))
static void set_text(struct look *look, const char *format, ...)
{
	va_list arguments;

	if (look->user_stack_text)
		return;
	va_start(arguments, format);
	if (vasprintf(&look->user_stack_text, format, arguments) < 0)
		look->user_stack_text = NULL;
	va_end(arguments);
}

#ifdef HAVE_LIBDW

/* The functions of the library. */
struct library {
	typeof(&dwfl_begin) begin;
	typeof(&dwfl_report_begin) report_begin;
	typeof(&dwfl_linux_proc_maps_report) maps_report;
	typeof(&dwfl_report_module) report_module;
	typeof(&dwfl_report_end) report_end;
	typeof(&dwfl_linux_proc_find_elf) find_elf;
	typeof(&dwfl_standard_find_debuginfo) find_debuginfo;
	typeof(&dwfl_linux_proc_attach) attach;
	typeof(&dwfl_getmodules) getmodules;
	typeof(&dwfl_module_eh_cfi) module_eh_cfi;
	typeof(&dwfl_getthread_frames) getthread_frames;
	typeof(&dwfl_frame_pc) frame_pc;
	typeof(&dwfl_addrmodule) addrmodule;
	typeof(&dwfl_module_addrinfo) module_addrinfo;
	typeof(&dwfl_module_info) module_info;
	typeof(&dwfl_errmsg) errmsg;
	typeof(&elf_memory) elf_memory;	/* of libelf, which it uses */
};

static struct library dw;

static const struct {
	const char *name;
	void **function;
} symbols[] = {
	{ "dwfl_begin", (void **)&dw.begin },
	{ "dwfl_report_begin", (void **)&dw.report_begin },
	{ "dwfl_linux_proc_maps_report", (void **)&dw.maps_report },
	{ "dwfl_report_module", (void **)&dw.report_module },
	{ "dwfl_report_end", (void **)&dw.report_end },
	{ "dwfl_linux_proc_find_elf", (void **)&dw.find_elf },
	{ "dwfl_standard_find_debuginfo", (void **)&dw.find_debuginfo },
	{ "dwfl_linux_proc_attach", (void **)&dw.attach },
	{ "dwfl_getmodules", (void **)&dw.getmodules },
	{ "dwfl_module_eh_cfi", (void **)&dw.module_eh_cfi },
	{ "dwfl_getthread_frames", (void **)&dw.getthread_frames },
	{ "dwfl_frame_pc", (void **)&dw.frame_pc },
	{ "dwfl_addrmodule", (void **)&dw.addrmodule },
	{ "dwfl_module_addrinfo", (void **)&dw.module_addrinfo },
	{ "dwfl_module_info", (void **)&dw.module_info },
	{ "dwfl_errmsg", (void **)&dw.errmsg },
	{ "elf_memory", (void **)&dw.elf_memory },
};

/* A thread whose stack is read: addresses of code in it. */
struct stack {
	pid_t tid;
	bool seized;
	size_t count;
	Dwarf_Addr frames[USER_STACK_FRAMES_MAX];
};

/* ---- The child. Its output has lines "T TID", "F FRAME" and "E ERROR". */

/* The file system of the process, and its program, for find_elf(). */
static int root_of_process = -1, program_of_process = -1;
static char program_path[PATH_MAX];

/*
 * The kernel's code in the process, and a copy of it: 32-bit programs on PCs make all their
 * system calls there. maps_report() leaves it out.
 */
static struct {
	Dwarf_Addr start, end;
	char *image;
} vdso;

__attribute__((format(printf, 1, 2), noreturn))
static void end_with_error(const char *format, ...)
{
	va_list arguments;

	fputs("E ", stdout);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
	_exit(1);
}

static void load_library(void)
{
	void *library = dlopen("libdw.so.1", RTLD_NOW);
	size_t i;

	if (!library)
		end_with_error("libdw of elfutils is not installed (libdw.so.1)");
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		*symbols[i].function = dlsym(library, symbols[i].name);
		if (!*symbols[i].function)
			end_with_error("libdw.so.1 is too old: no %s",
				       symbols[i].name);
	}
}

/*
 * Paths of the process are those of its own file system. It may have put anything
 * there meanwhile: the file must be a regular one, and opening it must not block.
 */
static int find_elf(Dwfl_Module *module, void **data, const char *name,
		    Dwarf_Addr base, char **file, Elf **elf)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	struct stat status;
	int fd;

	if (!strcmp(name, VDSO_NAME)) {
		*elf = dw.elf_memory(vdso.image, vdso.end - vdso.start);
		*file = NULL;
		return -1;
	}
	if (*name != '/')
		return dw.find_elf(module, data, name, base, file, elf);
	/* This one is right also if the file was replaced. */
	if (program_of_process >= 0 && !strcmp(name, program_path))
		fd = dup(program_of_process);
	else
		fd = (int)syscall(SYS_openat2, root_of_process, name, &how,
				  sizeof(how));
	if (fd < 0)
		return -1;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return -1;
	}
	*file = strdup(name);
	return fd;
}

static int load_cfi(Dwfl_Module *module, void **data, const char *name,
		    Dwarf_Addr base, void *arg)
{
	Dwarf_Addr bias;

	(void)data;
	(void)name;
	(void)base;
	(void)arg;
	dw.module_eh_cfi(module, &bias);
	return DWARF_CB_OK;
}

static int add_frame(Dwfl_Frame *frame, void *arg)
{
	struct stack *stack = arg;
	bool activation;
	Dwarf_Addr pc;

	if (!dw.frame_pc(frame, &pc, &activation))
		return DWARF_CB_ABORT;
	/* The call is before the address to which it returns. */
	stack->frames[stack->count++] = activation ? pc : pc - 1;
	return stack->count == USER_STACK_FRAMES_MAX ? DWARF_CB_ABORT :
						       DWARF_CB_OK;
}

/* Returns the status of waitpid(), 0 if the thread has not stopped in time. */
static int wait_for_stop(pid_t tid)
{
	uint64_t deadline = varta_monotonic_now() + STOP_MS * NS_PER_MS;
	const struct timespec pause = { .tv_nsec = 500000 };
	int status;
	pid_t got;

	for (;;) {
		got = waitpid(tid, &status, __WALL | WNOHANG);
		if (got == tid)
			return WIFSTOPPED(status) ? status : 0;
		if (got < 0 || varta_monotonic_now() >= deadline)
			return 0;
		nanosleep(&pause, NULL);
	}
}

/*
 * A thread that has not stopped cannot be detached: the kernel does that when this
 * process ends.
 */
static void walk(Dwfl *dwfl, struct stack *stack)
{
	int status, signal_number;

	if (ptrace(PTRACE_INTERRUPT, stack->tid, NULL, NULL))
		return;
	status = wait_for_stop(stack->tid);
	if (!status)
		return;
	dw.getthread_frames(dwfl, stack->tid, add_frame, stack);
	/* A signal that came instead is delivered. */
	signal_number = status >> 16 ? 0 : WSTOPSIG(status);
	ptrace(PTRACE_DETACH, stack->tid, NULL, (long)signal_number);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "function+0x12 (file)", or "0x1234 (file)": no addresses of the process. */
static void print_frame(Dwfl *dwfl, Dwarf_Addr pc)
{
	Dwfl_Module *module = dw.addrmodule(dwfl, pc);
	const char *file = NULL, *symbol;
	GElf_Off offset = 0;
	Dwarf_Addr start = 0;
	GElf_Sym entry;

	if (!module) {
		puts("F ?");
		return;
	}
	file = dw.module_info(module, NULL, &start, NULL, NULL, NULL, NULL,
			      NULL);
	symbol = dw.module_addrinfo(module, pc, &offset, &entry, NULL, NULL,
				    NULL);
	if (symbol)
		printf("F %s+0x%" PRIx64, symbol, (uint64_t)offset);
	else
		printf("F 0x%" PRIx64, (uint64_t)(pc - start));
	printf(" (%s)\n", file ? last_part(file) : "?");
}

static void print_stack(Dwfl *dwfl, const struct stack *stack)
{
	size_t i;

	if (!stack->count)
		return;
	printf("T %d\n", stack->tid);
	for (i = 0; i < stack->count; i++)
		print_frame(dwfl, stack->frames[i]);
}

/* What is needed of the process is open. */
static void drop_rights(uid_t uid, gid_t gid)
{
	const struct rlimit memory = { CHILD_MEMORY, CHILD_MEMORY };

	setrlimit(RLIMIT_AS, &memory);
	if (geteuid() || !uid || uid == OWNER_NO_UID)
		return;
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		end_with_error("cannot take the rights of uid %u: %s", uid,
			       strerror(errno));
	/* Changing the user resets this. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* The number after @key in the status of the process; -1 without one. */
static gid_t read_gid(const struct look *look)
{
	char text[4096];
	const char *line;

	if (read_text_at(look->process, "status", text, sizeof(text)) < 0)
		return (gid_t)-1;
	line = strstr(text, "\nGid:\t");
	return line ? (gid_t)strtoul(line + strlen("\nGid:\t"), NULL, 10) :
		      (gid_t)-1;
}

/* Whether a thread is still one of the process, and may be stopped. */
static bool may_stop(const struct look *look, pid_t tid, char *state)
{
	struct task_sample task = { 0 };
	char path[64], text[4096];
	int length;

	snprintf(path, sizeof(path), "task/%d/stat", tid);
	length = read_text_at(look->process, path, text, sizeof(text));
	*state = 0;
	if (length <= 0 || !task_parse_stat(&task, text, (size_t)length))
		return false;
	*state = task.state;
	return task.state == 'R' || task.state == 'S' || task.state == 'T';
}

/* A thread that is seized goes on; its number cannot be used again meanwhile. */
static size_t seize(const struct look *look, struct stack *stacks, size_t count)
{
	size_t seized = 0, i;
	int error = 0;
	char state;

	for (i = 0; i < count; i++) {
		if (!may_stop(look, stacks[i].tid, &state))
			continue;
		if (ptrace(PTRACE_SEIZE, stacks[i].tid, NULL, NULL)) {
			error = errno;
			continue;
		}
		/* Another process's thread would not be in this directory. */
		stacks[i].seized = may_stop(look, stacks[i].tid, &state) ||
				   state == 't';
		if (!stacks[i].seized)
			end_with_error("the threads have changed");
		seized++;
	}
	if (!seized && error)
		end_with_error("%s%s", strerrorname_np(error),
			       error == EPERM ? ": needs the process's user or "
						"CAP_SYS_PTRACE" : "");
	return seized;
}

/* Leaves the maps at their beginning. */
static void find_vdso(FILE *maps)
{
	unsigned long start, end;
	char line[PATH_MAX];
	int name;

	while (fgets(line, sizeof(line), maps)) {
		name = 0;
		if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end,
			   &name) == 2 && name &&
		    !strcmp(line + name, VDSO_NAME "\n") &&
		    end - start <= VDSO_MAX) {
			vdso.start = start;
			vdso.end = end;
		}
	}
	rewind(maps);
}

static void copy_vdso(const struct look *look)
{
	size_t size = vdso.end - vdso.start;
	int fd = openat(look->process, "mem", O_RDONLY | O_CLOEXEC);

	vdso.image = malloc(size);
	if (fd < 0 || !vdso.image ||
	    pread64(fd, vdso.image, size, (off64_t)vdso.start) != (ssize_t)size)
		vdso.end = vdso.start;
	close(fd);
}

/* The path is that of the maps, also if it ends in " (deleted)". */
static void open_program(const struct look *look)
{
	ssize_t length = readlinkat(look->process, "exe", program_path,
				    sizeof(program_path));

	if (length <= 0 || length == (ssize_t)sizeof(program_path))
		return;
	program_path[length] = '\0';
	program_of_process = openat(look->process, "exe", O_RDONLY | O_CLOEXEC);
}

__attribute__((noreturn))
static void run_child(const struct look *look, struct stack *stacks,
		      size_t count, pid_t parent)
{
	static char *no_paths;
	Dwfl_Callbacks callbacks = {
		.find_elf = find_elf, .debuginfo_path = &no_paths,
	};
	pid_t pid = (pid_t)look->pid;
	gid_t gid = read_gid(look);
	FILE *maps;
	Dwfl *dwfl;
	size_t i;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* Job control must not stop it while it holds a thread. */
	setsid();
	/* It would be asked for over the network. */
	unsetenv("DEBUGINFOD_URLS");
	load_library();
	root_of_process = openat(look->process, "root", O_PATH | O_CLOEXEC);
	open_program(look);
	fd = openat(look->process, "maps", O_RDONLY | O_CLOEXEC);
	maps = fd < 0 ? NULL : fdopen(fd, "r");
	if (!maps)
		end_with_error("%s: needs the process's user or CAP_SYS_PTRACE",
			       strerrorname_np(errno));
	find_vdso(maps);
	if (!seize(look, stacks, count))
		end_with_error("all threads have ended or are in state D");
	copy_vdso(look);
	drop_rights(look->owner->uid, gid);
	callbacks.find_debuginfo = dw.find_debuginfo;
	dwfl = dw.begin(&callbacks);
	if (!dwfl)
		end_with_error("%s", dw.errmsg(-1));
	dw.report_begin(dwfl);
	if (dw.maps_report(dwfl, maps) ||
	    (vdso.end > vdso.start &&
	     !dw.report_module(dwfl, VDSO_NAME, vdso.start, vdso.end)) ||
	    dw.report_end(dwfl, NULL, NULL))
		end_with_error("the modules of the process: %s",
			       dw.errmsg(-1));
	/* So that no file has to be read while a thread is stopped. */
	dw.getmodules(dwfl, load_cfi, NULL, 0);
	if (dw.attach(dwfl, pid, true))
		end_with_error("the state of the process: %s", dw.errmsg(-1));
	for (i = 0; i < count; i++)
		if (stacks[i].seized)
			walk(dwfl, &stacks[i]);
	for (i = 0; i < count; i++)
		print_stack(dwfl, &stacks[i]);
	fflush(stdout);
	_exit(0);
}

/* ---- The parent. */

/* Threads that were not in a state in which they must be left alone. */
static size_t choose(const struct look *look, struct stack *stacks)
{
	const struct task_look *task;
	size_t count = 0, i;

	for (i = 0; i < look->count && count < USER_STACK_THREADS_MAX; i++) {
		task = &look->tasks[i];
		if (task->after.tracer || task->after.dumping)
			return 0;
		if (task->after.state == 'S' || task->after.state == 'R' ||
		    task->after.state == 'T')
			stacks[count++].tid = (pid_t)task->tid;
	}
	return count;
}

static struct task_look *find_task(struct look *look, uint32_t tid)
{
	size_t i;

	for (i = 0; i < look->count; i++)
		if (look->tasks[i].tid == tid)
			return &look->tasks[i];
	return NULL;
}

/* Appends a line, safe on a terminal. Names of C++ can be very long. */
static void append(char **stack, char *line)
{
	size_t used = *stack ? strlen(*stack) : 0;
	char *longer;

	line[format_fit(line, FRAME_MAX)] = '\0';
	longer = realloc(*stack, used + 4 * strlen(line) + 2);
	if (!longer)
		return;
	format_text(longer + used, line);
	strcat(longer + used, "\n");
	*stack = longer;
}

static void set_output(struct look *look, char *output)
{
	struct task_look *task = NULL;
	char *line;

	while ((line = strsep(&output, "\n"))) {
		if (!strncmp(line, "T ", 2))
			task = find_task(look, (uint32_t)strtoul(line + 2, NULL,
								 10));
		else if (!strncmp(line, "F ", 2) && task)
			append(&task->user_stack, line + 2);
		else if (!strncmp(line, "E ", 2))
			set_text(look, "%s", line + 2);
	}
}

/* Reads until the end, or the deadline. Returns whether it was the end. */
static bool read_output(int fd, char *output, uint64_t deadline)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	size_t used = 0;
	ssize_t got;

	for (;;) {
		output[used] = '\0';
		if (used == OUTPUT_MAX)
			return true;
		if (!poll(&readable, 1, ms_until(deadline)))
			return false;
		got = read(fd, output + used, OUTPUT_MAX - used);
		if (!got)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		used += got < 0 ? 0 : (size_t)got;
	}
}

static void run(struct look *look, struct stack *stacks, size_t count,
		char *output, uint32_t limit_ms)
{
	uint64_t deadline = varta_monotonic_now() + limit_ms * NS_PER_MS;
	pid_t parent = getpid(), child;
	bool in_time;
	int ends[2];

	/* What is still in the buffer must not be written twice. */
	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC)) {
		set_text(look, "%s", strerror(errno));
		return;
	}
	child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		run_child(look, stacks, count, parent);
	}
	close(ends[1]);
	if (child < 0) {
		set_text(look, "%s", strerror(errno));
		close(ends[0]);
		return;
	}
	in_time = read_output(ends[0], output, deadline);
	close(ends[0]);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	set_output(look, output);
	if (!in_time)
		set_text(look, "not read in %" PRIu32 " ms", limit_ms);
}

void user_stacks_read(struct look *look, uint32_t limit_ms)
{
	struct stack *stacks = calloc(USER_STACK_THREADS_MAX, sizeof(*stacks));
	char *output = malloc(OUTPUT_MAX + 1);
	size_t count = stacks && output ? choose(look, stacks) : 0;

	if (look->process < 0 || look->reason == STALL_GONE)
		set_text(look, "there is no process");
	else if (look->frozen)
		set_text(look, "the process is frozen");
	else if (look->number != look->pid)
		set_text(look, "/proc is that of another pid namespace");
	else if (!count)
		set_text(look, "the process is traced, exits, dumps core or is "
			 "in state D");
	else
		run(look, stacks, count, output, limit_ms);
	free(output);
	free(stacks);
}

#else

void user_stacks_read(struct look *look, uint32_t limit_ms)
{
	(void)limit_ms;
	set_text(look, "this program was built without libdw");
}

#endif
