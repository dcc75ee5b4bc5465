/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose process an agent is: user, systemd unit, container, pod; from what the
 * kernel says of the agent, from /proc, and from the cgroup.
 */
#ifndef OWNER_H
#define OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

#include "cgroup_name.h"
#include "status_text.h"

/* No uid, as for chown(2). */
#define OWNER_NO_UID	UINT32_MAX

/* Size of an owner's place: a runtime, a colon and a name; or a unit. */
#define OWNER_PLACE_SIZE	(CGROUP_NAME_SIZE + 16)

/* Size of a buffer for a text of the owner, whose bytes are all escaped. */
#define OWNER_TEXT_SIZE	(4 * (OWNER_PLACE_SIZE - 1) + 1)

/**
 * struct agent_owner - Whose process an agent is.
 * @uid: Its real uid as the reader sees it, OWNER_NO_UID if unknown.
 * @user: Name of the user, the number of one without a name, "" if unknown.
 * @unit: As in struct cgroup_name, as are the following.
 * @user_unit: Likewise.
 * @session: Likewise.
 * @container: Likewise.
 * @runtime: Likewise.
 * @pod: Likewise.
 * @status: As from status_text_read(); "" unless the caller sets it.
 * @text: Holds the strings.
 *
 * One allocation, freed with free(). Its texts are not safe on a terminal.
 */
struct agent_owner {
	uint32_t uid;
	enum cgroup_runtime runtime;
	bool user_unit;
	const char *user, *unit, *session, *container, *pod;
	char status[STATUS_TEXT_SIZE];
	char text[];
};

/**
 * struct owner_filter - Whose agents to show.
 * @by_user: Only processes of @uid.
 * @uid: A real uid.
 * @unit: Only this unit, with or without ".service"; NULL for any.
 * @container: Only containers whose id begins so, or RUNTIME:ID; NULL for any.
 * @pod: Only pods whose uid begins so; NULL for any.
 */
struct owner_filter {
	bool by_user;
	uint32_t uid;
	const char *unit, *container, *pod;
};

struct owner_reader;

/**
 * owner_reader_open() - Prepare to read owners.
 *
 * Return: The reader; NULL if there is no memory.
 */
struct owner_reader *owner_reader_open(void);

/**
 * owner_reader_close() - Free a reader.
 * @reader: The reader, or NULL.
 */
void owner_reader_close(struct owner_reader *reader);

/**
 * owner_reader_procfs() - The descriptor of /proc.
 * @reader: The reader.
 *
 * Return: A negative number if it is not that of the caller's pid namespace.
 */
int owner_reader_procfs(const struct owner_reader *reader);

/**
 * owner_read() - Find out whose process an agent is now.
 * @reader: The reader.
 * @agent: The agent. A relayed one has no process here.
 *
 * A process that has the pid but started at another time is not the agent. The
 * cgroup of a process that is gone, or that /proc does not show, is found by its
 * id. That takes CAP_DAC_READ_SEARCH in the initial user namespace.
 *
 * Return: The owner, of which any part may be unknown; NULL if there is no
 * memory.
 */
struct agent_owner *owner_read(struct owner_reader *reader,
			       const struct varta_agent *agent);

/**
 * owner_read_process() - Find out whose a process is, agent or not.
 * @reader: The reader.
 * @process: Descriptor of its directory in /proc.
 *
 * Return: As owner_read().
 */
struct agent_owner *owner_read_process(struct owner_reader *reader,
				       int process);

/**
 * owner_is_process_of() - Whether a process is that of an agent.
 * @reader: The reader.
 * @process: As for owner_read_process().
 * @agent: An agent that has the same pid.
 *
 * Return: Whether it is, and not a later process with the pid.
 */
bool owner_is_process_of(struct owner_reader *reader, int process,
			 const struct varta_agent *agent);

/**
 * owner_new() - Make an owner.
 * @uid: Its uid.
 * @user: Its name.
 * @name: What its cgroup says.
 *
 * Return: The owner; NULL if there is no memory.
 */
struct agent_owner *owner_new(uint32_t uid, const char *user,
			      const struct cgroup_name *name);

/**
 * owner_place() - Where an agent is, as one text: RUNTIME:ID, pod:UID or unit.
 * @owner: The owner.
 * @text: Receives OWNER_PLACE_SIZE bytes, not safe on a terminal. The first 12
 *   digits stand for the id of a container; "" if nothing is known.
 */
void owner_place(const struct agent_owner *owner, char *text);

/**
 * owner_filter_is_empty() - Whether a filter lets all agents pass.
 * @filter: The filter.
 */
bool owner_filter_is_empty(const struct owner_filter *filter);

/**
 * owner_matches() - Whether a filter lets an agent pass.
 * @filter: The filter.
 * @owner: The agent's owner.
 */
bool owner_matches(const struct owner_filter *filter,
		   const struct agent_owner *owner);

/**
 * owner_of_agent_matches() - The same for an agent whose owner is of no other use.
 * @filter: The filter.
 * @reader: Reads the owner.
 * @agent: The agent.
 *
 * Return: False also if there is no memory.
 */
bool owner_of_agent_matches(const struct owner_filter *filter,
			    struct owner_reader *reader,
			    const struct varta_agent *agent);

#endif /* OWNER_H */
