// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages with which the kernel accepts or refuses a request.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "tap.h"
#include "varta-client.h"

#define REFUSAL_TEXT	"nonce was not new"

static struct nl_msg *new_message(int type, int flags)
{
	struct nl_msg *message = nlmsg_alloc();

	if (message && nlmsg_put(message, 0, 1, type, 0, flags))
		return message;
	nlmsg_free(message);
	return NULL;
}

/* Reads and frees the message. */
static int verdict(struct nl_msg *message, struct varta_client_refusal *refusal)
{
	int result;

	memset(refusal, 0, sizeof(*refusal));
	if (!message)
		return -ENOMEM;
	result = varta_client__verdict(nlmsg_hdr(message), refusal);
	nlmsg_free(message);
	return result;
}

/* A refusal that repeats @echoed bytes of the request. */
static struct nl_msg *refusal(int error, int flags, size_t echoed,
			      const char *text)
{
	struct nl_msg *message = new_message(NLMSG_ERROR, flags);
	struct nlmsgerr body = {
		.error = error,
		.msg.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + 13),
	};

	if (!message)
		return NULL;
	if (nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO) ||
	    (echoed && !nlmsg_reserve(message, echoed, NLMSG_ALIGNTO)) ||
	    (text && nla_put_string(message, NLMSGERR_ATTR_MSG, text))) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

static struct nl_msg *done(int error, const char *text)
{
	struct nl_msg *message = new_message(NLMSG_DONE, NLM_F_ACK_TLVS);

	if (!message)
		return NULL;
	if (nlmsg_append(message, &error, sizeof(error), NLMSG_ALIGNTO) ||
	    nla_put_string(message, NLMSGERR_ATTR_MSG, text)) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

static bool is_refusal(const struct varta_client_refusal *refusal, int error,
		 const char *text)
{
	return refusal->error == error && !strcmp(refusal->text, text);
}

static void test_texts(void)
{
	struct varta_client_refusal r;

	check(verdict(refusal(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, 0,
			      REFUSAL_TEXT), &r) == -EINVAL &&
	      is_refusal(&r, -EINVAL, REFUSAL_TEXT), "refusal: with a text");
	check(verdict(refusal(-EPERM, NLM_F_ACK_TLVS, 13, REFUSAL_TEXT),
		      &r) == -EPERM && is_refusal(&r, -EPERM, REFUSAL_TEXT),
	      "refusal: the text after a repeated request");
	check(verdict(refusal(-EPERM, NLM_F_CAPPED, 0, NULL), &r) == -EPERM &&
	      is_refusal(&r, -EPERM, ""), "refusal: without a text");
	check(verdict(done(-ENOSPC, REFUSAL_TEXT), &r) == -ENOSPC &&
	      is_refusal(&r, -ENOSPC, REFUSAL_TEXT),
	      "refusal: of a dump, at its end");
}

static void test_offset(void)
{
	struct nl_msg *message = refusal(-EEXIST, NLM_F_CAPPED |
					 NLM_F_ACK_TLVS, 0, REFUSAL_TEXT);
	struct varta_client_refusal r;

	if (message)
		nla_put_u32(message, NLMSGERR_ATTR_OFFS, 28);
	check(verdict(message, &r) == -EEXIST && r.offset == 28 &&
	      is_refusal(&r, -EEXIST, REFUSAL_TEXT),
	      "refusal: offset of the wrong attribute");
	check(verdict(refusal(-EPERM, NLM_F_CAPPED | NLM_F_ACK_TLVS, 0,
			      REFUSAL_TEXT), &r) == -EPERM && !r.offset,
	      "refusal: without an offset");
}

static void test_long_text(void)
{
	char text[2 * VARTA_CLIENT_TEXT_SIZE];
	struct varta_client_refusal r;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	check(verdict(refusal(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, 0,
			      text), &r) == -EINVAL &&
	      strlen(r.text) == sizeof(r.text) - 1,
	      "refusal: a long text is cut");
}

static void test_odd_answers(void)
{
	struct varta_client_refusal r;

	check(!verdict(refusal(0, NLM_F_CAPPED, 0, NULL), &r) && !r.error,
	      "refusal: an acceptance is none");
	check(verdict(new_message(NLMSG_ERROR, 0), &r) == -EBADMSG && !r.error,
	      "refusal: a short message is malformed");
	check(verdict(refusal(1, NLM_F_CAPPED, 0, NULL), &r) == -EBADMSG &&
	      !r.error, "refusal: a positive errno is malformed");
	check(verdict(refusal(INT_MIN, NLM_F_CAPPED, 0, NULL), &r) ==
	      -EBADMSG && !r.error,
	      "refusal: an errno out of range is malformed");
	check(verdict(refusal(-EINVAL, NLM_F_ACK_TLVS, 0, NULL), &r) ==
	      -EINVAL && is_refusal(&r, -EINVAL, ""),
	      "refusal: a text beyond the end is ignored");
}

TEST_GROUP(refusal)
{
	test_texts();
	test_offset();
	test_long_text();
	test_odd_answers();
}
