// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relaying has no beginning and no end in the protocol: a session is a socket,
 * from its first relay message until it is closed. A message is not audited, so
 * that a relay does not flood the log.
 */

#include <linux/atomic.h>
#include <linux/audit.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/ktime.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <net/net_namespace.h>

#include "audit.h"
#include "params.h"

enum {
	HASH_BITS		= 8,
	SESSIONS_PER_SECOND	= 10,	/* records of them */
};

struct session {
	struct hlist_node node;
	/* Only compared: its socket holds it. */
	const struct net *net;
	u32 portid;
	u32 source;		/* of the first message */
	u64 messages;
};

static DEFINE_SPINLOCK(sessions_lock);
/* By portid. Protected by sessions_lock. */
static DEFINE_HASHTABLE(sessions, HASH_BITS);
/* Sockets of any family are closed all the time. */
static atomic_t nr_sessions;

static struct audit_buffer *begin_record(const char *op)
{
	struct audit_buffer *record;

	if (audit_enabled == AUDIT_OFF)
		return NULL;
	record = audit_log_start(audit_context(), GFP_KERNEL,
				 AUDIT_KERNEL_OTHER);
	if (record)
		audit_log_format(record, "module=varta op=%s", op);
	return record;
}

/* Encodes the names, which users choose. */
static void end_record(struct audit_buffer *record)
{
	audit_log_task_info(record);
	audit_log_format(record, " res=1");
	audit_log_end(record);
}

/**
 * varta_audit_setting() - record that the current process changed a setting
 * @setting: the setting
 * @old_value: its value before
 * @new_value: its value from then on
 *
 * Context: process, may sleep: for up to a minute if the audit log is full.
 */
void varta_audit_setting(const struct varta_setting *setting, u32 old_value,
			 u32 new_value)
{
	struct audit_buffer *record = begin_record("set");

	if (!record)
		return;
	audit_log_format(record, " setting=%s old=%u new=%u", setting->name,
			 old_value, new_value);
	end_record(record);
}

/* Programs that open a socket for each message must not flood the log. */
static bool session_allowed(u32 *suppressed)
{
	static DEFINE_SPINLOCK(lock);
	static u64 second;
	static u32 recorded, skipped;
	u64 now = ktime_get_ns();
	bool allowed;

	spin_lock(&lock);
	if (now >= second + NSEC_PER_SEC) {
		second = now;
		recorded = 0;
	}
	allowed = recorded < SESSIONS_PER_SECOND;
	if (allowed) {
		recorded++;
		*suppressed = skipped;
		skipped = 0;
	} else if (skipped < U32_MAX) {
		skipped++;
	}
	spin_unlock(&lock);
	return allowed;
}

static void record_session(const char *op, const struct session *session)
{
	struct audit_buffer *record;
	u32 suppressed;

	if (audit_enabled == AUDIT_OFF || !session_allowed(&suppressed))
		return;
	record = begin_record(op);
	if (!record)
		return;
	audit_log_format(record,
			 " netns=%u portid=%u source=%u messages=%llu suppressed=%u",
			 session->net->ns.inum, session->portid,
			 session->source, session->messages, suppressed);
	end_record(record);
}

static struct session *find_session(const struct net *net, u32 portid)
{
	struct session *session;

	lockdep_assert_held(&sessions_lock);
	hash_for_each_possible(sessions, session, node, portid) {
		if (session->portid == portid && session->net == net)
			return session;
	}
	return NULL;
}

/* Returns whether the socket has a session. */
static bool count_message(const struct net *net, u32 portid)
{
	struct session *session;

	spin_lock(&sessions_lock);
	session = find_session(net, portid);
	if (session)
		session->messages++;
	spin_unlock(&sessions_lock);
	return session;
}

/* Returns whether it was added. */
static bool add_session(struct session *session)
{
	bool added;

	spin_lock(&sessions_lock);
	added = !find_session(session->net, session->portid);
	if (added) {
		hash_add(sessions, &session->node, session->portid);
		atomic_inc(&nr_sessions);
	}
	spin_unlock(&sessions_lock);
	return added;
}

/**
 * varta_audit_relay() - record that the current process begins to relay
 * @net: network namespace of the socket
 * @portid: its number there
 * @source: of the message, which is allowed
 *
 * Context: process, may sleep: for up to a minute if the audit log is full.
 */
void varta_audit_relay(const struct net *net, u32 portid, u32 source)
{
	struct session *session, copy;

	if (audit_enabled == AUDIT_OFF || count_message(net, portid))
		return;
	session = kmalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return;
	*session = (struct session) {
		.net		= net,
		.portid		= portid,
		.source		= source,
		.messages	= 1,
	};
	copy = *session;
	if (add_session(session))
		record_session("relay-open", &copy);
	else
		kfree(session);
}

static void close_session(struct session *session)
{
	record_session("relay-close", session);
	kfree(session);
}

static int note_release(struct notifier_block *block, unsigned long event,
			void *data)
{
	const struct netlink_notify *notify = data;
	struct session *session;

	if (event != NETLINK_URELEASE ||
	    notify->protocol != NETLINK_GENERIC || !atomic_read(&nr_sessions))
		return NOTIFY_DONE;
	spin_lock(&sessions_lock);
	session = find_session(notify->net, notify->portid);
	if (session) {
		hash_del(&session->node);
		atomic_dec(&nr_sessions);
	}
	spin_unlock(&sessions_lock);
	if (session)
		close_session(session);
	return NOTIFY_DONE;
}

static struct notifier_block release_notifier = {
	.notifier_call = note_release,
};

int varta_audit_init(void)
{
	return netlink_register_notifier(&release_notifier);
}

/* No request is in progress. */
void varta_audit_exit(void)
{
	struct hlist_node *next;
	struct session *session;
	int bucket;

	netlink_unregister_notifier(&release_notifier);
	hash_for_each_safe(sessions, bucket, next, session, node) {
		hash_del(&session->node);
		/* The socket may be open still, or be gone by now. */
		kfree(session);
	}
}
