/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watchdog of the hardware, which resets the machine if it is not fed.
 */
#ifndef HW_WATCHDOG_H
#define HW_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct hw_watchdog - The watchdog.
 * @device: Its file, as "/dev/watchdog"; NULL for none.
 * @timeout_s: Seconds after which it resets the machine; 0 for the driver's.
 * @fd: The open file, -1 until it is fed for the first time.
 * @failed: It could not be opened, which was said.
 */
struct hw_watchdog {
	const char *device;
	uint32_t timeout_s;
	int fd;
	bool failed;
};

/**
 * hw_watchdog_feed() - Open the watchdog if it is not, and feed it.
 * @watchdog: The watchdog.
 *
 * Return: 0 or a negative errno, the first of which was reported.
 */
int hw_watchdog_feed(struct hw_watchdog *watchdog);

/**
 * hw_watchdog_close() - Close the watchdog.
 * @watchdog: The watchdog.
 * @stop: Stop it: the machine is not to be reset.
 */
void hw_watchdog_close(struct hw_watchdog *watchdog, bool stop);

#endif /* HW_WATCHDOG_H */
