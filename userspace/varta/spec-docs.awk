# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the docs of counters and settings in the netlink specification as rows
# of a C table, { "name", "doc" }, with names as in libvarta.

function flush() {
	if (doc != "")
		printf "{ \"%s\", \"%s\" },\n", name, doc
	doc = ""
}

function append(text) {
	gsub(/["\\]/, "\\\\&", text)
	doc = doc (doc == "" ? "" : " ") text
}

# The start of an attribute set, or of the section after the last of them.
/^    name: / || /^[a-z]/ {
	flush()
	wanted = $2 == "stats" || $2 == "config"
}
/^        name: / {
	flush()
	name = $2
	gsub("-", "_", name)
}
# A text continues on lines with more indentation.
!/^          / { in_doc = 0 }
in_doc {
	line = $0
	sub(/^ +/, "", line)
	append(line)
}
wanted && /^        doc: / {
	in_doc = 1
	line = substr($0, 14)
	if (line !~ /^[>|]/)
		append(line)
}

END { flush() }
