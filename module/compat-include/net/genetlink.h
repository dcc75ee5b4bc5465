/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generated genl.c has split operations: one entry for do, one for dump.
 * Before 6.2 generic netlink did not have them. This header builds a family with
 * the older operations when a family with split ones is registered.
 */
#ifndef _VARTA_COMPAT_NET_GENETLINK_H
#define _VARTA_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

enum {
	/* Most commands of a family. */
	COMPAT_GENL_OPS_MAX = 16,
	/* Highest attribute of a command with policies for do and dump. */
	COMPAT_GENL_ATTR_MAX = 7,
};

struct genl_split_ops {
	union {
		struct {
			int (*pre_doit)(const struct genl_split_ops *ops,
					struct sk_buff *skb,
					struct genl_info *info);
			int (*doit)(struct sk_buff *skb,
				    struct genl_info *info);
			void (*post_doit)(const struct genl_split_ops *ops,
					  struct sk_buff *skb,
					  struct genl_info *info);
		};
		struct {
			int (*start)(struct netlink_callback *cb);
			int (*dumpit)(struct sk_buff *skb,
				      struct netlink_callback *cb);
			int (*done)(struct netlink_callback *cb);
		};
	};
	const struct nla_policy *policy;
	unsigned int maxattr;
	u8 cmd;
	u8 internal_flags;
	u8 flags;
	u8 validate;
};

/* The fields that a generated family sets, and the family that is registered. */
struct compat_genl_family {
	char name[GENL_NAMSIZ];
	unsigned int version;
	bool netnsok;
	bool parallel_ops;
	u8 n_split_ops;
	u8 n_mcgrps;
	const struct genl_split_ops *split_ops;
	const struct genl_multicast_group *mcgrps;
	struct module *module;

	struct genl_family family;
	struct genl_ops ops[COMPAT_GENL_OPS_MAX];
	/* The merged policies of the command that has two. */
	struct nla_policy both[COMPAT_GENL_ATTR_MAX + 1];
};

/* Returns the older operation of a command, and adds it if needed. */
static inline struct genl_ops *
compat_genl_ops_of(struct compat_genl_family *family, u8 cmd)
{
	unsigned int i;

	for (i = 0; i < family->family.n_ops; i++) {
		if (family->ops[i].cmd == cmd)
			return &family->ops[i];
	}
	if (i == ARRAY_SIZE(family->ops))
		return NULL;
	family->family.n_ops++;
	family->ops[i].cmd = cmd;
	return &family->ops[i];
}

/* Merges the policies for do and dump: the result accepts what either does. */
static inline int compat_genl_add_policy(struct compat_genl_family *family,
					 struct genl_ops *ops,
					 const struct genl_split_ops *split)
{
	unsigned int i;

	if (!split->policy)
		return 0;
	if (!ops->policy) {
		ops->policy = split->policy;
		ops->maxattr = split->maxattr;
		return 0;
	}
	if (max(ops->maxattr, split->maxattr) > COMPAT_GENL_ATTR_MAX)
		return -EINVAL;
	memcpy(family->both, ops->policy,
	       (ops->maxattr + 1) * sizeof(*ops->policy));
	for (i = 0; i <= split->maxattr; i++) {
		/* Has const members, so it cannot be assigned. */
		if (split->policy[i].type != NLA_UNSPEC)
			memcpy(&family->both[i], &split->policy[i],
			       sizeof(family->both[i]));
	}
	ops->policy = family->both;
	ops->maxattr = max(ops->maxattr, split->maxattr);
	return 0;
}

static inline int compat_genl_register_family(struct compat_genl_family *family)
{
	unsigned int i;

	family->family = (struct genl_family) {
		.version	= family->version,
		.netnsok	= family->netnsok,
		.parallel_ops	= family->parallel_ops,
		.module		= family->module,
		.ops		= family->ops,
		.mcgrps		= family->mcgrps,
		.n_mcgrps	= family->n_mcgrps,
	};
	strscpy(family->family.name, family->name,
		sizeof(family->family.name));
	memset(family->ops, 0, sizeof(family->ops));
	memset(family->both, 0, sizeof(family->both));

	for (i = 0; i < family->n_split_ops; i++) {
		const struct genl_split_ops *split = &family->split_ops[i];
		struct genl_ops *ops = compat_genl_ops_of(family, split->cmd);

		if (!ops)
			return -EINVAL;
		/* The others are permission flags. */
		ops->flags |= split->flags & ~(GENL_CMD_CAP_DO |
					       GENL_CMD_CAP_DUMP);
		ops->validate |= split->validate;
		if (compat_genl_add_policy(family, ops, split))
			return -EINVAL;
		if (split->flags & GENL_CMD_CAP_DO) {
			ops->doit = split->doit;
		} else {
			ops->start = split->start;
			ops->dumpit = split->dumpit;
			ops->done = split->done;
		}
	}
	return genl_register_family(&family->family);
}

static inline int
compat_genl_unregister_family(const struct compat_genl_family *family)
{
	return genl_unregister_family(&family->family);
}

static inline void *compat_genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
				       const struct compat_genl_family *family,
				       int flags, u8 cmd)
{
	return genlmsg_put(skb, portid, seq, &family->family, flags, cmd);
}

static inline int
compat_genlmsg_multicast_netns(const struct compat_genl_family *family,
			       struct net *net, struct sk_buff *skb,
			       u32 portid, unsigned int group, gfp_t flags)
{
	return genlmsg_multicast_netns(&family->family, net, skb, portid, group,
				       flags);
}

static inline int
compat_genl_has_listeners(const struct compat_genl_family *family,
			  struct net *net, unsigned int group)
{
	return genl_has_listeners(&family->family, net, group);
}

#define genl_family		compat_genl_family
#define genl_register_family	compat_genl_register_family
#define genl_unregister_family	compat_genl_unregister_family
#define genlmsg_put		compat_genlmsg_put
#define genlmsg_multicast_netns	compat_genlmsg_multicast_netns
#define genl_has_listeners	compat_genl_has_listeners

#endif /* before 6.2 */

/* Whether the filter of a multicast is called. */
#define COMPAT_GENL_HAS_FILTER						\
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0))

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)

/* The filter is not called. */
static inline int
genlmsg_multicast_netns_filtered(const struct genl_family *family,
				 struct net *net, struct sk_buff *skb,
				 u32 portid, unsigned int group, gfp_t flags,
				 int (*filter)(struct sock *listener,
					       struct sk_buff *skb, void *data),
				 void *data)
{
	return genlmsg_multicast_netns(family, net, skb, portid, group, flags);
}

#endif /* before 6.8 */

#endif /* _VARTA_COMPAT_NET_GENETLINK_H */
