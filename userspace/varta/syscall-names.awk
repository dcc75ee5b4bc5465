# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the system calls that the C preprocessor defines (cc -dM -E on
# <asm/unistd.h>) as rows of a C table, [number] = "name".

/^#define __NR/ && NF >= 3 {
	name = $2
	sub(/^#define +[^ ]+ +/, "")
	values[name] = $0
}

END {
	for (name in values) {
		number = values[name]
		# arm64 defines __NR_fcntl as __NR3264_fcntl.
		if (number in values)
			number = values[number]
		# 32-bit arm counts from a base, which is 0.
		if (number ~ /^\(__NR_SYSCALL_BASE/)
			gsub(/[^0-9]/, "", number)
		if (name ~ /^__NR_[a-z]/ && number ~ /^[0-9]+$/ &&
		    name !~ /^__NR_(syscalls|arch_specific_syscall)$/ &&
		    !(number in names && names[number] > name))
			names[number] = name
	}
	# Some calls have two names.
	for (number in names)
		printf "[%d] = \"%s\",\n", number, substr(names[number], 6) | "sort"
}
