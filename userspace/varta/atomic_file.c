// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that is replaced as a whole. See atomic_file.h.
 */
#include "atomic_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The suffix is none that collectors read. */
int atomic_file_open(struct atomic_file *file, const char *path)
{
	int fd, error;

	*file = (struct atomic_file){ .path = path };
	if (asprintf(&file->temporary, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkstemp(file->temporary);
	file->stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (file->stream)
		return 0;
	error = -errno;
	if (fd >= 0) {
		close(fd);
		unlink(file->temporary);
	}
	free(file->temporary);
	return error;
}

int atomic_file_commit(struct atomic_file *file)
{
	int error = 0;

	if (fflush(file->stream) || fchmod(fileno(file->stream), 0644))
		error = -errno;
	if (fclose(file->stream) && !error)
		error = -errno;
	if (!error && rename(file->temporary, file->path))
		error = -errno;
	if (error)
		unlink(file->temporary);
	free(file->temporary);
	return error;
}

void atomic_file_abort(struct atomic_file *file)
{
	fclose(file->stream);
	unlink(file->temporary);
	free(file->temporary);
}
