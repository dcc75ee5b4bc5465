# SPDX-License-Identifier: GPL-2.0-only
#
# Generates a C table of the kinds of events in the catalog of the journal.

BEGIN {
	print "static const struct {"
	print "\tconst char *kind, *id;"
	print "} catalog[] = {"
}

/^# kind: / { kind = $3 }
/^-- / {
	if (!kind) {
		print "catalog: no kind before " $0 >"/dev/stderr"
		exit 1
	}
	printf "\t{ \"%s\", \"%s\" },\n", kind, $2
	kind = ""
}

END { print "};" }
