/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether this is a container.
 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

/* PROC_PID_INIT_INO of the kernel. */
#define INITIAL_PID_NS	UINT64_C(0xeffffffc)

/**
 * pid_namespace() - The pid namespace of the process.
 *
 * Return: Its inode; 0 if it cannot be read.
 */
uint64_t pid_namespace(void);

/**
 * is_container() - Whether this is a container, where the module and its
 * privileges are the host's matter.
 */
bool is_container(void);

#endif /* CONTAINER_H */
