# SPDX-License-Identifier: GPL-2.0-only
#
# What counters and settings mean, out of the netlink specification, as rows of
# a C table: { "name", "doc" }, with names as libvarta has them.

function put() {
	if (doc != "")
		printf "{ \"%s\", \"%s\" },\n", name, doc
	doc = ""
}

# A set of attributes, or what follows the last of them.
/^    name: / || /^[a-z]/ {
	put()
	wanted = $2 == "stats" || $2 == "config"
}
/^        name: / {
	put()
	name = $2
	gsub("-", "_", name)
}
# A text goes on in lines that are indented more.
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

function append(text) {
	gsub(/["\\]/, "\\\\&", text)
	doc = doc (doc == "" ? "" : " ") text
}

END { put() }
