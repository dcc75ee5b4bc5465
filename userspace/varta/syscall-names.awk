# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the system calls that the C preprocessor defines (cc -dM -E on
# <asm/unistd.h>) as rows of a C table, [number] = "name".

/^#define __NR/ && NF == 3 { values[$2] = $3 }

END {
	for (name in values) {
		number = values[name]
		# arm64 defines __NR_fcntl as __NR3264_fcntl.
		if (number in values)
			number = values[number]
		if (name ~ /^__NR_[a-z]/ && number ~ /^[0-9]+$/ &&
		    name !~ /^__NR_(syscalls|arch_specific_syscall)$/)
			printf "[%d] = \"%s\",\n", number, substr(name, 6) | "sort"
	}
}
