/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The half of libvarta's interface for those who read the ledger: agents,
 * counters, settings, and events. Part of varta.h, with its conventions.
 */
#ifndef VARTA_READER_H
#define VARTA_READER_H

#ifndef VARTA_H
#error "include <varta.h>, which includes this"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum varta_exit_type - How a process ended.
 * @VARTA_EXIT_UNKNOWN: It has not, or the kernel did not say.
 * @VARTA_EXIT_CODE: By exit(2).
 * @VARTA_EXIT_SIGNAL: By a signal.
 */
enum varta_exit_type {
	VARTA_EXIT_UNKNOWN,
	VARTA_EXIT_CODE,
	VARTA_EXIT_SIGNAL,
};

/**
 * struct varta_agent - What the ledger knows of one agent.
 * @pid: Process id as the reader's pid namespace sees it; 0 if the kernel did
 *   not say, as in events in other network namespaces than the initial one.
 * @ns_pid: Process id in the agent's own pid namespace.
 * @ns_inode: Inode number of that namespace; 0 if it is not known.
 * @nonce: Last accepted nonce; VARTA_NONCE_TERMINAL if that beat was terminal.
 * @last_beat: Time of the last accepted beat.
 * @silence: Time since then, when the kernel made the answer or found the
 *   stall.
 * @origin: One of enum varta_origin, or what a newer kernel says.
 * @status: One of enum varta_status, likewise, of the last accepted beat.
 * @payload: Of the last accepted beat.
 * @stalled: A stall has been reported and no beat was accepted since.
 * @source: The relay that speaks for it; 0 for this machine's own.
 * @threshold_ms: Silence from which it is stalled; 0 if the kernel did not say.
 * @exit_type: One of enum varta_exit_type. Known in events of exits only.
 * @exit_code: What its process gave to exit(2), if that is how it ended.
 * @exit_signal: The signal that ended its process, if that is how.
 * @name: What it is called, as it was given: any bytes, not for a terminal.
 * @reserved: Room for what later kernels tell; 0.
 */
struct varta_agent {
	uint32_t pid;
	uint32_t ns_pid;
	uint64_t ns_inode;
	uint64_t nonce;
	uint64_t last_beat;
	uint64_t silence;
	uint32_t origin;
	uint32_t status;
	uint32_t payload;
	bool stalled;
	uint32_t source;
	uint32_t threshold_ms;
	uint32_t exit_type;
	uint32_t exit_code;
	uint32_t exit_signal;
	char name[VARTA_NAME_SIZE];
	uint64_t reserved[8];
};

/**
 * typedef varta_agent_fn - Receives one agent.
 * @agent: Valid during the call.
 * @arg: As given to varta_agent_dump().
 *
 * May use the handle, but not close it. Must not throw.
 *
 * Return: 0 to go on; anything else stops, and becomes the result.
 */
typedef int (*varta_agent_fn)(const struct varta_agent *agent, void *arg);

/**
 * varta_agent_dump() - Read all agents that the caller's pid namespace has.
 * @v: The handle.
 * @fn: Called once for each, in no particular order, after all were read.
 * @arg: For @fn.
 *
 * Reads again, a few times, when the ledger changed under the reading.
 *
 * Return: 0; what @fn returned to stop; -EAGAIN if the ledger changed every
 * time, so that @fn was given agents of which some may be missing or come
 * twice; or another negative errno, and @fn was not called.
 */
VARTA_API int varta_agent_dump(struct varta *v, varta_agent_fn fn, void *arg);

/**
 * varta_agent_dump_stalled() - Read those of them that are stalled.
 * @v: The handle.
 * @fn: As for varta_agent_dump().
 * @arg: For @fn.
 *
 * Return: As varta_agent_dump().
 */
VARTA_API int varta_agent_dump_stalled(struct varta *v, varta_agent_fn fn,
				       void *arg);

/**
 * varta_agent_get() - Read one agent of this machine.
 * @v: The handle.
 * @pid: Its process id in the caller's pid namespace.
 * @agent: Receives it; untouched on failure.
 *
 * Return: 0, or the kernel's refusal as a negative errno; -EBADMSG if its
 * answer held no agent.
 */
VARTA_API int varta_agent_get(struct varta *v, uint32_t pid,
			      struct varta_agent *agent);

/**
 * varta_agent_get_from() - Read one agent that a relay speaks for.
 * @v: The handle.
 * @source: The relay's number; 0 for this machine.
 * @pid: As the relay said; for this machine, as in varta_agent_get().
 * @agent: Receives it; untouched on failure.
 *
 * Return: As varta_agent_get().
 */
VARTA_API int varta_agent_get_from(struct varta *v, uint32_t source,
				   uint32_t pid, struct varta_agent *agent);

/* Room in struct varta_stats, so that it need not change when varta grows. */
#define VARTA_STATS_ROOM	128

/**
 * struct varta_stats - What is so now in the ledger, and its counters.
 * @value: By attribute, such as value[VARTA_A_STATS_EVICTIONS].
 * @present: Likewise; false where this kernel did not say.
 *
 * To go through all of them in their order, count from 0 to VARTA_STATS_ROOM
 * and take those that are present. All of those have a varta_stats_name().
 */
struct varta_stats {
	uint64_t value[VARTA_STATS_ROOM];
	bool present[VARTA_STATS_ROOM];
};

/**
 * varta_stats_get() - Read what is so now, and the counters.
 * @v: The handle.
 * @stats: Receives them; untouched on failure.
 *
 * Return: 0 or a negative errno.
 */
VARTA_API int varta_stats_get(struct varta *v, struct varta_stats *stats);

/**
 * varta_stats_take() - Read what was counted since this was last called.
 * @v: The handle.
 * @stats: Receives the counters, without what is so now; untouched on failure.
 *
 * Each count is given to one caller only, whoever that is. What
 * varta_stats_get() reads goes on as if nothing had been taken.
 *
 * Return: 0 or a negative errno: -EPERM without CAP_NET_ADMIN in the initial
 * user namespace.
 */
VARTA_API int varta_stats_take(struct varta *v, struct varta_stats *stats);

/**
 * varta_stats_name() - The name of a counter.
 * @attribute: One of VARTA_A_STATS_*.
 *
 * Return: A constant string, the name in the interface's specification with
 * underscores, such as "out_of_order"; NULL if @attribute is none that the
 * library knows.
 */
VARTA_API const char *varta_stats_name(unsigned int attribute);

/* Room in struct varta_config, likewise. */
#define VARTA_CONFIG_ROOM	64

/**
 * struct varta_config - The ledger's settings.
 * @value: By attribute, such as value[VARTA_A_CONFIG_THRESHOLD_MS].
 * @present: Likewise; false where this kernel did not say.
 *
 * To go through all of them: as with struct varta_stats, by VARTA_CONFIG_ROOM
 * and varta_config_name().
 */
struct varta_config {
	uint64_t value[VARTA_CONFIG_ROOM];
	bool present[VARTA_CONFIG_ROOM];
};

/**
 * varta_config_get() - Read the settings.
 * @v: The handle.
 * @config: Receives them; untouched on failure.
 *
 * Return: 0 or a negative errno.
 */
VARTA_API int varta_config_get(struct varta *v, struct varta_config *config);

/**
 * varta_config_set() - Change a setting.
 * @v: The handle.
 * @attribute: Which, one of VARTA_A_CONFIG_*.
 * @value: What it is to be.
 *
 * The setting has the new value when the call returns.
 *
 * Return: 0, or the kernel's refusal as a negative errno: -EPERM without
 * CAP_NET_ADMIN in the initial user namespace, -EROFS for a setting that is
 * fixed when the module is loaded, -ERANGE for a value out of the setting's
 * range. Without asking the kernel, -EINVAL if @attribute is none that the
 * library knows, and -ERANGE if @value does not fit in the attribute.
 */
VARTA_API int varta_config_set(struct varta *v, unsigned int attribute,
			       uint64_t value);

/**
 * varta_config_name() - The name of a setting.
 * @attribute: One of VARTA_A_CONFIG_*.
 *
 * Return: As varta_stats_name(), such as "threshold_ms".
 */
VARTA_API const char *varta_config_name(unsigned int attribute);

/**
 * varta_status_name() - The name of a status.
 * @status: One of enum varta_status.
 *
 * Return: A constant string; "unknown" for a value that the library does not
 * know.
 */
VARTA_API const char *varta_status_name(uint32_t status);

/**
 * varta_origin_name() - The name of an origin.
 * @origin: One of enum varta_origin.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_origin_name(uint32_t origin);

/**
 * varta_eviction_policy_name() - The name of an eviction policy.
 * @policy: One of enum varta_eviction_policy.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_eviction_policy_name(uint32_t policy);

/**
 * varta_namespace_policy_name() - The name of a namespace policy.
 * @policy: One of enum varta_namespace_policy.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_namespace_policy_name(uint32_t policy);

/**
 * struct varta_events - A subscription to what the kernel reports.
 */
struct varta_events;

/**
 * enum varta_event_type - What an event is about.
 * @VARTA_EVENT_STALL: An agent has been silent for its threshold.
 * @VARTA_EVENT_EXIT: An agent's process has ended, and the ledger has it no
 *   more.
 * @VARTA_EVENT_OVERRUN: Events were not received in time, and lost. The stalls
 *   among them that last follow; exits, and stalls that are over, are not told.
 * @VARTA_EVENT_UNLOADED: The module was unloaded.
 * @VARTA_EVENT_LOADED: The module was loaded anew, with an empty ledger.
 *
 * The last three have no agent, and come only with @resync.
 */
enum varta_event_type {
	VARTA_EVENT_STALL = 1,
	VARTA_EVENT_EXIT,
	VARTA_EVENT_OVERRUN,
	VARTA_EVENT_UNLOADED,
	VARTA_EVENT_LOADED,
};

/**
 * struct varta_event - One event.
 * @type: Ignore events of types you do not know.
 * @agent: The agent that it is about, as it was when the event was found; NULL
 *   for events that are about none.
 * @resynced: It was found by reading the ledger, after an overrun or when the
 *   module was loaded anew, so that it is told later than it was found.
 */
struct varta_event {
	enum varta_event_type type;
	const struct varta_agent *agent;
	bool resynced;
};

/**
 * typedef varta_event_fn - Receives one event.
 * @event: Valid during the call.
 * @arg: As given to varta_events_receive().
 *
 * Must not throw, nor close the subscription.
 */
typedef void (*varta_event_fn)(const struct varta_event *event, void *arg);

/**
 * struct varta_events_options - How varta_events_open() subscribes.
 * @size: sizeof(struct varta_events_options), as VARTA_EVENTS_OPTIONS_INIT
 *   sets it.
 * @buffer: Bytes that may wait to be received, as SO_RCVBUF counts them; 0 for
 *   the system's default. A reader that many stalls may hit at once wants
 *   about 1 KiB for each.
 * @resync: After an overrun, read the ledger for the stalls that were missed,
 *   and go on when the module is unloaded and loaded again. No stall is told
 *   twice, for which about 100 bytes are kept for each that lasts.
 */
struct varta_events_options {
	size_t size;
	uint32_t buffer;
	bool resync;
};

#define VARTA_EVENTS_OPTIONS_INIT \
	{ sizeof(struct varta_events_options), 0, false }

/**
 * varta_events_open() - Subscribe to events.
 * @events: Receives the subscription, or NULL on failure. The caller owns it
 *   and gives it back with varta_events_close().
 * @options: May be NULL for defaults.
 *
 * Events that happen from its return on will be received.
 *
 * Return: As varta_open(); -EPERM if the caller may not listen.
 */
VARTA_API int varta_events_open(struct varta_events **events,
				const struct varta_events_options *options);

/**
 * varta_events_close() - End a subscription.
 * @events: May be NULL.
 */
VARTA_API void varta_events_close(struct varta_events *events);

/**
 * varta_events_fd() - The descriptor to wait on.
 * @events: The subscription, which keeps owning it.
 *
 * Return: A non-blocking descriptor, readable for poll(2) and its like when
 * varta_events_receive() has something to do.
 */
VARTA_API int varta_events_fd(const struct varta_events *events);

/**
 * varta_events_receive() - Take one message off the subscription.
 * @events: The subscription.
 * @fn: Called for each event in it; a message may tell of several agents.
 * @arg: For @fn.
 *
 * Does not wait for events. For edge-triggered waiting, call until -EAGAIN.
 * With @resync, what was missed is told within the call that finds it out, so
 * that this may be many events.
 *
 * Return: The number of events, which may be 0; -EAGAIN when there is no
 * message; without @resync, -ENOBUFS when messages were lost because they were
 * not received in time: read the ledger with varta_agent_dump(), and go on
 * receiving; or another negative errno, such as -ENOMEM, and the rest of the
 * message is lost. With @resync, the next call then tells the stalls in it that
 * last. -EBADF means that the socket was closed by others, and that this
 * subscription is of no more use.
 */
VARTA_API int varta_events_receive(struct varta_events *events,
				   varta_event_fn fn, void *arg);

#ifdef __cplusplus
}
#endif

#endif /* VARTA_READER_H */
