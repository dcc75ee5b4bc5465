/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output that systemd writes to the journal, see systemd.exec(5).
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdbool.h>
#include <sys/stat.h>

/**
 * is_journal() - Whether an open file is the stream that systemd has connected
 * to the journal.
 * @file: What fstat(2) says of it.
 */
bool is_journal(const struct stat *file);

#endif /* JOURNAL_H */
