/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines that may send by UDP.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <varta.h>

#define SOURCES_MAX	256

/**
 * struct source - A machine.
 * @family: AF_INET or AF_INET6.
 * @address: Its address: 4 or 16 bytes.
 * @number: Its number as a relay's source.
 * @name: Name of its agents; "" for none.
 */
struct source {
	int family;
	unsigned char address[16];
	uint32_t number;
	char name[VARTA_NAME_SIZE];
};

/**
 * struct sources - All of them.
 * @sources: The machines.
 * @count: Number of them.
 */
struct sources {
	struct source sources[SOURCES_MAX];
	size_t count;
};

/**
 * sources_add() - Add a machine.
 * @sources: The machines.
 * @text: "ADDRESS=NUMBER" or "ADDRESS=NUMBER,NAME".
 *
 * Return: NULL, or what is wrong.
 */
const char *sources_add(struct sources *sources, const char *text);

/**
 * sources_find() - The machine that has an address.
 * @sources: The machines.
 * @address: The address, whatever its port.
 *
 * Return: The machine or NULL.
 */
const struct source *sources_find(const struct sources *sources,
				  const struct sockaddr_storage *address);

#endif /* SOURCES_H */
