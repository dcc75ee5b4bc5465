/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a service manager tells by the environment.
 */
#ifndef NOTIFY_ENV_H
#define NOTIFY_ENV_H

#include <stdint.h>
#include <sys/types.h>

/**
 * notify_env_watchdog() - The time in which a process must say WATCHDOG=1.
 * @pid: The process.
 *
 * Return: Microseconds; 0 if it need not.
 */
uint64_t notify_env_watchdog(pid_t pid);

#endif /* NOTIFY_ENV_H */
