/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that hang, as /proc/PID/task/TID showed them twice: those of
 * tests/selftests/hang.c on Linux 6.1. Of status, only some of the lines; addresses
 * are zeroed.
 */
	{
		.name = "running",
		.reason = STALL_RUNNING,
		.interval_ms = 730,
		.before = {
			.stat =
			"110 (hang) R 106 110 106 0 -1 4194304 93 0 0 0 73 6 0 0 20 0 1 0 "
			"931 2732032 79 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 17 1 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t110\n"
			"Pid:\t110\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t3\n",
			.schedstat =
			"929162054 2988792 7\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"",
		},
		.after = {
			.stat =
			"110 (hang) R 106 110 106 0 -1 4194304 93 0 0 0 139 12 0 0 20 0 1 "
			"0 931 2732032 79 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 17 "
			"1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t110\n"
			"Pid:\t110\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t13\n",
			.schedstat =
			"1851828427 4628864 17\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"",
		},
	},
	{
		.name = "kernel",
		.reason = STALL_RUNNING,
		.interval_ms = 660,
		.before = {
			.stat =
			"128 (hang) R 106 128 106 0 -1 4194304 354 0 0 0 8 71 0 0 20 0 1 0 "
			"1189 3784704 645 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 17 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t128\n"
			"Pid:\t128\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t4\n",
			.schedstat =
			"948100499 901840 8\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"",
		},
		.after = {
			.stat =
			"128 (hang) R 106 128 106 0 -1 4194304 354 0 0 0 10 134 0 0 20 0 1 "
			"0 1189 3784704 645 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 "
			"17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t128\n"
			"Pid:\t128\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t16\n",
			.schedstat =
			"1538413443 2318843 18\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"",
		},
	},
	{
		.name = "futex",
		.reason = STALL_WAITING,
		.interval_ms = 630,
		.before = {
			.stat =
			"146 (hang) S 106 146 106 0 -1 4194304 96 0 0 0 7 2 0 0 20 0 2 0 "
			"1431 11124736 80 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 "
			"1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t146\n"
			"Pid:\t146\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t2\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"94733401 8118254 2\n",
			.wchan =
			"futex_wait_queue",
			.syscall =
			"202 0x0 0x80 0x2 0x0 0x0 0x0 0x0 0x0\n",
			.stack =
			"[<0>] futex_wait_queue+0x60/0x90\n"
			"[<0>] futex_wait+0x185/0x270\n"
			"[<0>] do_futex+0x106/0x1b0\n"
			"[<0>] __x64_sys_futex+0x8e/0x1d0\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"146 (hang) S 106 146 106 0 -1 4194304 96 0 0 0 7 2 0 0 20 0 2 0 "
			"1431 11124736 80 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 "
			"1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t146\n"
			"Pid:\t146\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t2\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"94733401 8118254 2\n",
			.wchan =
			"futex_wait_queue",
			.syscall =
			"202 0x0 0x80 0x2 0x0 0x0 0x0 0x0 0x0\n",
			.stack =
			"[<0>] futex_wait_queue+0x60/0x90\n"
			"[<0>] futex_wait+0x185/0x270\n"
			"[<0>] do_futex+0x106/0x1b0\n"
			"[<0>] __x64_sys_futex+0x8e/0x1d0\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "second",
		.reason = STALL_WAITING,
		.interval_ms = 510,
		.before = {
			.stat =
			"167 (heart) S 106 165 106 0 -1 4194368 7 0 0 0 0 2 0 0 20 0 2 0 "
			"1693 78233600 77 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 -1 "
			"1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\theart\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t165\n"
			"Pid:\t167\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t2\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"29154286 75817 2\n",
			.wchan =
			"futex_wait_queue",
			.syscall =
			"202 0x0 0x80 0x2 0x0 0x0 0x0 0x0 0x0\n",
			.stack =
			"[<0>] futex_wait_queue+0x60/0x90\n"
			"[<0>] futex_wait+0x185/0x270\n"
			"[<0>] do_futex+0x106/0x1b0\n"
			"[<0>] __x64_sys_futex+0x8e/0x1d0\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"167 (heart) S 106 165 106 0 -1 4194368 7 0 0 0 0 2 0 0 20 0 2 0 "
			"1693 78233600 77 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 -1 "
			"1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\theart\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t165\n"
			"Pid:\t167\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t2\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"29154286 75817 2\n",
			.wchan =
			"futex_wait_queue",
			.syscall =
			"202 0x0 0x80 0x2 0x0 0x0 0x0 0x0 0x0\n",
			.stack =
			"[<0>] futex_wait_queue+0x60/0x90\n"
			"[<0>] futex_wait+0x185/0x270\n"
			"[<0>] do_futex+0x106/0x1b0\n"
			"[<0>] __x64_sys_futex+0x8e/0x1d0\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "sleep",
		.reason = STALL_WAITING,
		.interval_ms = 510,
		.before = {
			.stat =
			"203 (hang) S 106 203 106 0 -1 4194304 96 0 0 0 12 5 0 0 20 0 1 0 "
			"2128 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t203\n"
			"Pid:\t203\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"176819369 14721770 2\n",
			.wchan =
			"hrtimer_nanosleep",
			.syscall =
			"230 0x0 0x0 0x0 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] hrtimer_nanosleep+0x9e/0x170\n"
			"[<0>] common_nsleep+0x3f/0x50\n"
			"[<0>] __x64_sys_clock_nanosleep+0xdb/0x140\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"203 (hang) S 106 203 106 0 -1 4194304 96 0 0 0 12 5 0 0 20 0 1 0 "
			"2128 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t203\n"
			"Pid:\t203\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"176819369 14721770 2\n",
			.wchan =
			"hrtimer_nanosleep",
			.syscall =
			"230 0x0 0x0 0x0 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] hrtimer_nanosleep+0x9e/0x170\n"
			"[<0>] common_nsleep+0x3f/0x50\n"
			"[<0>] __x64_sys_clock_nanosleep+0xdb/0x140\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "poll",
		.reason = STALL_ACTIVE,
		.interval_ms = 440,
		.before = {
			.stat =
			"221 (hang) S 106 221 106 0 -1 4194304 94 0 0 0 9 4 0 0 20 0 1 0 "
			"2368 2732032 80 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t221\n"
			"Pid:\t221\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t216\n"
			"nonvoluntary_ctxt_switches:\t3\n",
			.schedstat =
			"150413160 9539271 222\n",
			.wchan =
			"hrtimer_nanosleep",
			.syscall =
			"230 0x0 0x0 0x0 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] hrtimer_nanosleep+0x9e/0x170\n"
			"[<0>] common_nsleep+0x3f/0x50\n"
			"[<0>] __x64_sys_clock_nanosleep+0xdb/0x140\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"221 (hang) S 106 221 106 0 -1 4194304 94 0 0 0 9 8 0 0 20 0 1 0 "
			"2368 2732032 80 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 1 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t221\n"
			"Pid:\t221\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t315\n"
			"nonvoluntary_ctxt_switches:\t5\n",
			.schedstat =
			"184938272 158677166 323\n",
			.wchan =
			"hrtimer_nanosleep",
			.syscall =
			"230 0x0 0x0 0x0 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] hrtimer_nanosleep+0x9e/0x170\n"
			"[<0>] common_nsleep+0x3f/0x50\n"
			"[<0>] __x64_sys_clock_nanosleep+0xdb/0x140\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "vfork",
		.reason = STALL_UNINTERRUPTIBLE,
		.interval_ms = 680,
		.before = {
			.stat =
			"239 (hang) D 106 239 106 0 -1 4194304 96 0 0 0 5 3 0 0 20 0 1 0 "
			"2572 2732032 76 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tD (disk sleep)\n"
			"Tgid:\t239\n"
			"Pid:\t239\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t2\n",
			.schedstat =
			"91987127 1116255 3\n",
			.wchan =
			"kernel_clone",
			.syscall =
			"58 0x0 0x1 0x1 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] kernel_clone+0x2bb/0x430\n"
			"[<0>] __do_sys_vfork+0x44/0x70\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"239 (hang) D 106 239 106 0 -1 4194304 96 0 0 0 5 3 0 0 20 0 1 0 "
			"2572 2732032 76 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tD (disk sleep)\n"
			"Tgid:\t239\n"
			"Pid:\t239\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t2\n",
			.schedstat =
			"91987127 1116255 3\n",
			.wchan =
			"kernel_clone",
			.syscall =
			"58 0x0 0x1 0x1 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] kernel_clone+0x2bb/0x430\n"
			"[<0>] __do_sys_vfork+0x44/0x70\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "high",
		.reason = STALL_UNINTERRUPTIBLE,
		.interval_ms = 430,
		.before = {
			.stat =
			"395 (hang) D 106 395 106 0 -1 4194304 14746 0 0 0 22 91 0 0 20 0 "
			"1 0 4528 69840896 15041 18446744073709551615 0 0 0 0 0 0 0 6 0 1 "
			"0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tD (disk sleep)\n"
			"Tgid:\t395\n"
			"Pid:\t395\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t3\n"
			"nonvoluntary_ctxt_switches:\t143\n",
			.schedstat =
			"1147709368 17076241 146\n",
			.wchan =
			"mem_cgroup_handle_over_high",
			.syscall =
			"-1 0x0 0x0\n",
			.stack =
			"[<0>] mem_cgroup_handle_over_high+0x22e/0x290\n"
			"[<0>] exit_to_user_mode_prepare+0x1d6/0x240\n"
			"[<0>] irqentry_exit_to_user_mode+0x5/0x30\n"
			"[<0>] asm_exc_page_fault+0x22/0x30\n",
		},
		.after = {
			.stat =
			"395 (hang) D 106 395 106 0 -1 4194304 14746 0 0 0 22 91 0 0 20 0 "
			"1 0 4528 69840896 15041 18446744073709551615 0 0 0 0 0 0 0 6 0 1 "
			"0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tD (disk sleep)\n"
			"Tgid:\t395\n"
			"Pid:\t395\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t3\n"
			"nonvoluntary_ctxt_switches:\t143\n",
			.schedstat =
			"1147709368 17076241 146\n",
			.wchan =
			"mem_cgroup_handle_over_high",
			.syscall =
			"-1 0x0 0x0\n",
			.stack =
			"[<0>] mem_cgroup_handle_over_high+0x22e/0x290\n"
			"[<0>] exit_to_user_mode_prepare+0x1d6/0x240\n"
			"[<0>] irqentry_exit_to_user_mode+0x5/0x30\n"
			"[<0>] asm_exc_page_fault+0x22/0x30\n",
		},
	},
	{
		.name = "stop",
		.reason = STALL_STOPPED,
		.interval_ms = 540,
		.before = {
			.stat =
			"258 (hang) T 106 258 106 0 -1 4194304 96 0 0 0 2 2 0 0 20 0 1 0 "
			"2830 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tT (stopped)\n"
			"Tgid:\t258\n"
			"Pid:\t258\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t2\n",
			.schedstat =
			"58755190 16047164 3\n",
			.wchan =
			"do_signal_stop",
			.syscall =
			"234 0x102 0x102 0x13 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] do_signal_stop+0x17d/0x1f0\n"
			"[<0>] get_signal+0x24d/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"258 (hang) T 106 258 106 0 -1 4194304 96 0 0 0 2 2 0 0 20 0 1 0 "
			"2830 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tT (stopped)\n"
			"Tgid:\t258\n"
			"Pid:\t258\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t2\n",
			.schedstat =
			"58755190 16047164 3\n",
			.wchan =
			"do_signal_stop",
			.syscall =
			"234 0x102 0x102 0x13 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] do_signal_stop+0x17d/0x1f0\n"
			"[<0>] get_signal+0x24d/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "traced",
		.reason = STALL_TRACED,
		.interval_ms = 710,
		.before = {
			.stat =
			"276 (hang) t 106 276 106 0 -1 4194304 107 0 0 0 2 1 0 0 20 0 1 0 "
			"3020 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tt (tracing stop)\n"
			"Tgid:\t276\n"
			"Pid:\t276\n"
			"PPid:\t106\n"
			"TracerPid:\t278\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t4\n",
			.schedstat =
			"43819726 1375798 6\n",
			.wchan =
			"ptrace_stop.part.0",
			.syscall =
			"34 0x4 0x0 0x1 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] ptrace_stop.part.0+0x165/0x2c0\n"
			"[<0>] ptrace_do_notify+0xa6/0xd0\n"
			"[<0>] get_signal+0x74c/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"276 (hang) t 106 276 106 0 -1 4194304 107 0 0 0 2 1 0 0 20 0 1 0 "
			"3020 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tt (tracing stop)\n"
			"Tgid:\t276\n"
			"Pid:\t276\n"
			"PPid:\t106\n"
			"TracerPid:\t278\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t4\n",
			.schedstat =
			"43819726 1375798 6\n",
			.wchan =
			"ptrace_stop.part.0",
			.syscall =
			"34 0x4 0x0 0x1 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] ptrace_stop.part.0+0x165/0x2c0\n"
			"[<0>] ptrace_do_notify+0xa6/0xd0\n"
			"[<0>] get_signal+0x74c/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "core",
		.reason = STALL_DUMPING,
		.interval_ms = 520,
		.before = {
			.stat =
			"295 (hang) S 106 295 106 0 -1 4195840 5216 0 0 0 12 38 0 0 20 0 1 "
			"0 3203 23703552 5492 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 "
			"17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t295\n"
			"Pid:\t295\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t1\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t7\n",
			.schedstat =
			"508501910 67536203 9\n",
			.wchan =
			"pipe_write",
			.syscall =
			"234 0x127 0x127 0x6 0x8 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] pipe_write+0x4c9/0x6e0\n"
			"[<0>] __kernel_write_iter+0xce/0x210\n"
			"[<0>] __kernel_write+0x8d/0xb0\n"
			"[<0>] __dump_skip+0x65/0x160\n"
			"[<0>] dump_user_range+0x219/0x240\n"
			"[<0>] elf_core_dump+0xc98/0xf00\n"
			"[<0>] do_coredump+0x112b/0x1690\n"
			"[<0>] get_signal+0x92a/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"295 (hang) S 106 295 106 0 -1 4195840 5216 0 0 0 12 38 0 0 20 0 1 "
			"0 3203 23703552 5492 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 "
			"17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t295\n"
			"Pid:\t295\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t1\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t7\n",
			.schedstat =
			"508501910 67536203 9\n",
			.wchan =
			"pipe_write",
			.syscall =
			"234 0x127 0x127 0x6 0x8 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] pipe_write+0x4c9/0x6e0\n"
			"[<0>] __kernel_write_iter+0xce/0x210\n"
			"[<0>] __kernel_write+0x8d/0xb0\n"
			"[<0>] __dump_skip+0x65/0x160\n"
			"[<0>] dump_user_range+0x219/0x240\n"
			"[<0>] elf_core_dump+0xc98/0xf00\n"
			"[<0>] do_coredump+0x112b/0x1690\n"
			"[<0>] get_signal+0x92a/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "exit",
		.reason = STALL_EXITING,
		.interval_ms = 720,
		.before = {
			.stat =
			"316 (hang) S 314 314 106 0 -1 12582988 25 0 0 0 1 2 0 0 20 0 1 0 "
			"3448 0 0 18446744073709551615 0 0 0 0 0 0 0 65542 512 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t316\n"
			"Pid:\t316\n"
			"PPid:\t314\n"
			"TracerPid:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"44189617 15689236 3\n",
			.wchan =
			"do_wait",
			.syscall =
			"231 0x0 0xe7 0x3c 0x0 0x0 0x0 0x0 0x0\n",
			.stack =
			"[<0>] do_wait+0x114/0x320\n"
			"[<0>] kernel_wait4+0xb4/0x160\n"
			"[<0>] zap_pid_ns_processes+0x128/0x1d0\n"
			"[<0>] do_exit+0xad6/0xb10\n"
			"[<0>] do_group_exit+0x2d/0x80\n"
			"[<0>] __x64_sys_exit_group+0x14/0x20\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"316 (hang) S 314 314 106 0 -1 12582988 25 0 0 0 1 2 0 0 20 0 1 0 "
			"3448 0 0 18446744073709551615 0 0 0 0 0 0 0 65542 512 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t316\n"
			"Pid:\t316\n"
			"PPid:\t314\n"
			"TracerPid:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"44189617 15689236 3\n",
			.wchan =
			"do_wait",
			.syscall =
			"231 0x0 0xe7 0x3c 0x0 0x0 0x0 0x0 0x0\n",
			.stack =
			"[<0>] do_wait+0x114/0x320\n"
			"[<0>] kernel_wait4+0xb4/0x160\n"
			"[<0>] zap_pid_ns_processes+0x128/0x1d0\n"
			"[<0>] do_exit+0xad6/0xb10\n"
			"[<0>] do_group_exit+0x2d/0x80\n"
			"[<0>] __x64_sys_exit_group+0x14/0x20\n"
			"[<0>] do_syscall_64+0x5d/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "frozen",
		.reason = STALL_FROZEN,
		.interval_ms = 560,
		.frozen = true,
		.before = {
			.stat =
			"334 (hang) S 106 334 106 0 -1 4194304 100 0 0 0 9 14 0 0 20 0 1 0 "
			"3699 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t334\n"
			"Pid:\t334\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"240712565 65646 3\n",
			.wchan =
			"get_signal",
			.syscall =
			"230 0x0 0x0 0x0 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] get_signal+0x87c/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
		.after = {
			.stat =
			"334 (hang) S 106 334 106 0 -1 4194304 100 0 0 0 9 14 0 0 20 0 1 0 "
			"3699 2732032 81 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tS (sleeping)\n"
			"Tgid:\t334\n"
			"Pid:\t334\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t2\n"
			"nonvoluntary_ctxt_switches:\t1\n",
			.schedstat =
			"240712565 65646 3\n",
			.wchan =
			"get_signal",
			.syscall =
			"230 0x0 0x0 0x0 0x0 0x0 0x64 0x0 0x0\n",
			.stack =
			"[<0>] get_signal+0x87c/0x990\n"
			"[<0>] arch_do_signal_or_restart+0x3e/0x830\n"
			"[<0>] exit_to_user_mode_prepare+0x1b2/0x240\n"
			"[<0>] syscall_exit_to_user_mode+0x17/0x40\n"
			"[<0>] do_syscall_64+0x69/0xb0\n"
			"[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n",
		},
	},
	{
		.name = "throttled",
		.reason = STALL_STARVED,
		.interval_ms = 400,
		.before = {
			.stat =
			"354 (hang) R 106 354 106 0 -1 4194304 96 0 0 0 88 4 0 0 20 0 1 0 "
			"3978 2732032 79 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t354\n"
			"Pid:\t354\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t7\n",
			.schedstat =
			"923353670 33498374 7\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"[<0>] exit_to_user_mode_prepare+0x17c/0x240\n"
			"[<0>] irqentry_exit_to_user_mode+0x5/0x30\n"
			"[<0>] asm_sysvec_reschedule_ipi+0x16/0x20\n",
		},
		.after = {
			.stat =
			"354 (hang) R 106 354 106 0 -1 4194304 96 0 0 0 88 4 0 0 20 0 1 0 "
			"3978 2732032 79 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 17 0 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t354\n"
			"Pid:\t354\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t7\n",
			.schedstat =
			"923353670 33498374 7\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"[<0>] exit_to_user_mode_prepare+0x17c/0x240\n"
			"[<0>] irqentry_exit_to_user_mode+0x5/0x30\n"
			"[<0>] asm_sysvec_reschedule_ipi+0x16/0x20\n",
		},
	},
	{
		.name = "hogged",
		.reason = STALL_STARVED,
		.interval_ms = 330,
		.before = {
			.stat =
			"375 (hang) R 106 375 106 0 -1 4194304 96 0 0 0 79 21 0 0 20 0 1 0 "
			"4215 2732032 78 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 17 1 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t375\n"
			"Pid:\t375\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t20\n",
			.schedstat =
			"1002983011 108846708 20\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"[<0>] exit_to_user_mode_prepare+0x17c/0x240\n"
			"[<0>] irqentry_exit_to_user_mode+0x5/0x30\n"
			"[<0>] asm_sysvec_apic_timer_interrupt+0x16/0x20\n",
		},
		.after = {
			.stat =
			"375 (hang) R 106 375 106 0 -1 4194304 96 0 0 0 79 21 0 0 20 0 1 0 "
			"4215 2732032 78 18446744073709551615 0 0 0 0 0 0 0 6 0 0 0 0 17 1 "
			"0 0 0 0 0 0 0 0 0 0 0 0 0\n",
			.status =
			"Name:\thang\n"
			"State:\tR (running)\n"
			"Tgid:\t375\n"
			"Pid:\t375\n"
			"PPid:\t106\n"
			"TracerPid:\t0\n"
			"CoreDumping:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t0\n"
			"nonvoluntary_ctxt_switches:\t20\n",
			.schedstat =
			"1002983011 108846708 20\n",
			.wchan =
			"0",
			.syscall =
			"running\n",
			.stack =
			"[<0>] exit_to_user_mode_prepare+0x17c/0x240\n"
			"[<0>] irqentry_exit_to_user_mode+0x5/0x30\n"
			"[<0>] asm_sysvec_apic_timer_interrupt+0x16/0x20\n",
		},
	},
	{
		.name = "zombie",
		.reason = STALL_EXITING,
		.interval_ms = 700,
		.before = {
			.stat =
			"420 (hang) Z 418 420 106 0 -1 4228108 94 0 0 0 48 8 0 0 20 0 1 0 "
			"4816 0 0 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 0 0 0 "
			"0 0 0 0 0 0 0 0 0 9\n",
			.status =
			"Name:\thang\n"
			"State:\tZ (zombie)\n"
			"Tgid:\t420\n"
			"Pid:\t420\n"
			"PPid:\t418\n"
			"TracerPid:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t2\n",
			.schedstat =
			"572362831 348652 3\n",
			.wchan =
			"0",
			.syscall =
			"-1 0x0 0x0\n",
			.stack =
			"",
		},
		.after = {
			.stat =
			"420 (hang) Z 418 420 106 0 -1 4228108 94 0 0 0 48 8 0 0 20 0 1 0 "
			"4816 0 0 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 0 0 0 "
			"0 0 0 0 0 0 0 0 0 9\n",
			.status =
			"Name:\thang\n"
			"State:\tZ (zombie)\n"
			"Tgid:\t420\n"
			"Pid:\t420\n"
			"PPid:\t418\n"
			"TracerPid:\t0\n"
			"Threads:\t1\n"
			"voluntary_ctxt_switches:\t1\n"
			"nonvoluntary_ctxt_switches:\t2\n",
			.schedstat =
			"572362831 348652 3\n",
			.wchan =
			"0",
			.syscall =
			"-1 0x0 0x0\n",
			.stack =
			"",
		},
	},
