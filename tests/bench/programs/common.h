/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of the bench's programs: time, results, and raw beats.
 *
 * With qemu's -icount, the guest's clock advances by 1 ns for each instruction, so
 * nanoseconds are instructions.
 */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_MS	1000000ULL
#define NS_PER_S	1000000000ULL

/**
 * struct sender - A socket to a generic netlink family, and one beat for it.
 * @fd: The socket; the kernel handles a message within send().
 * @message: The beat: status, nonce, timestamp and payload; or, if it is a bare
 *   one, status and nonce.
 * @length: The length of @message.
 * @nonce: In @message; must be incremented before each send.
 */
struct sender {
	int fd;
	void *message;
	size_t length;
	void *nonce;
};

typedef void (*step_fn)(void *context);

uint64_t now_ns(void);
void sleep_until(uint64_t when);
uint64_t smaller(uint64_t a, uint64_t b);
uint64_t busy_ns(void);
double single_ns(step_fn step, void *context);
void be_urgent(void);
uint64_t number(const char *text);
void result(const char *name, double value);

int family_socket(const char *name, int *id);

void sender_open(struct sender *sender, const char *family);
void sender_open_bare(struct sender *sender, const char *family);
void sender_beat(struct sender *sender);
void sender_check(const struct sender *sender);

#endif /* BENCH_COMMON_H */
