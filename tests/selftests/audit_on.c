// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns the kernel's audit log on or off, as auditctl(8) does with -e. Without
 * auditd, records go to the kernel log.
 *
 * Usage: audit_on 0|1
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct audit_status status;
};

struct answer {
	struct nlmsghdr header;
	struct nlmsgerr error;
	char rest[1024];
};

int main(int argc, char **argv)
{
	struct request request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = AUDIT_SET,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.status.mask = AUDIT_STATUS_ENABLED,
	};
	struct answer answer = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (argc != 2)
		return 2;
	request.status.enabled = (unsigned int)atoi(argv[1]);
	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0) {
		perror("audit_on");
		return 1;
	}
	close(fd);
	if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error) {
		fprintf(stderr, "audit_on: %s\n",
			strerror(-answer.error.error));
		return 1;
	}
	return 0;
}
