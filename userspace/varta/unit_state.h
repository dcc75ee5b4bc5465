/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a unit of systemd has processes.
 */
#ifndef UNIT_STATE_H
#define UNIT_STATE_H

#include <stdbool.h>

/**
 * unit_has_processes() - Look for the cgroup of a unit of the system.
 * @procfs: Descriptor of /proc.
 * @unit: Its name, as "web.service".
 *
 * It is a directory with this name in a slice, in which systemd puts it. No message is
 * sent to systemd, which may hang itself.
 *
 * Return: Whether it is there and has processes.
 */
bool unit_has_processes(int procfs, const char *unit);

#endif /* UNIT_STATE_H */
