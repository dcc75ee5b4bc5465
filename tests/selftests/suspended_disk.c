// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk of the device-mapper that does not answer.
 *
 * Usage: suspended_disk make      makes it, suspended, and prints its device
 *        suspended_disk resume    it answers: with an error
 *        suspended_disk suspend   it does not answer
 *        suspended_disk remove
 */
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DISK	"varta-test"
#define SECTORS	2048

struct request {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char parameters[8];
};

static int control;

static void call(unsigned long command, struct request *request,
		 uint32_t flags, uint32_t targets)
{
	struct dm_ioctl *head = &request->head;

	memset(request, 0, sizeof(*request));
	head->version[0] = DM_VERSION_MAJOR;
	head->data_size = sizeof(*request);
	head->data_start = offsetof(struct request, target);
	head->flags = flags;
	head->target_count = targets;
	strcpy(head->name, DISK);
	request->target.length = SECTORS;
	strcpy(request->target.target_type, "error");
	if (ioctl(control, command, request)) {
		perror("suspended_disk");
		exit(1);
	}
}

static void make(struct request *request)
{
	call(DM_DEV_CREATE, request, 0, 0);
	call(DM_TABLE_LOAD, request, 0, 1);
	/* Without the flag, this resumes. */
	call(DM_DEV_SUSPEND, request, 0, 0);
	call(DM_DEV_SUSPEND, request, DM_SUSPEND_FLAG, 0);
	printf("/dev/dm-%u\n", minor(request->head.dev));
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";
	struct request request;

	control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	if (control < 0) {
		perror("/dev/mapper/control");
		return 1;
	}
	if (!strcmp(what, "make"))
		make(&request);
	else if (!strcmp(what, "resume"))
		call(DM_DEV_SUSPEND, &request, 0, 0);
	else if (!strcmp(what, "suspend"))
		call(DM_DEV_SUSPEND, &request, DM_SUSPEND_FLAG, 0);
	else if (!strcmp(what, "remove"))
		call(DM_DEV_REMOVE, &request, 0, 0);
	else
		return 100;
	return 0;
}
