// SPDX-License-Identifier: GPL-2.0-only
/*
 * Output that systemd writes to the journal. See journal.h.
 */
#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool is_journal(const struct stat *file)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uint64_t device, inode;

	return S_ISSOCK(file->st_mode) && stream &&
	       sscanf(stream, "%" SCNu64 ":%" SCNu64, &device, &inode) == 2 &&
	       file->st_dev == device && file->st_ino == inode;
}
