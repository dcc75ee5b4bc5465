# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Generates C tables of names from the netlink specification, by value or
# attribute: one for each enum, and one each for the attribute sets stats and
# config, whose names have underscores, as in sysfs.

function end_table() {
	if (open)
		print "};\n"
	open = 0
}

function upper(name) {
	gsub("-", "_", name)
	return toupper(name)
}

/^[a-z]/ {
	end_table()
	section = $1
	kind = ""
}
/^    type: / { kind = $2 }
/^    name: / {
	end_table()
	group = $2
	if (section == "definitions:" && kind == "enum")
		prefix = "VARTA_" upper(group)
	else if (section == "attribute-sets:" &&
		 (group == "stats" || group == "config"))
		prefix = "VARTA_A_" upper(group)
	else
		next
	print "static const char *const " tolower(upper(group)) "_names[] = {"
	open = 1
}
/^        name: / && open && $2 != "pad" {
	name = $2
	if (section == "attribute-sets:")
		gsub("-", "_", name)
	printf "\t[%s_%s] = \"%s\",\n", prefix, upper($2), name
}

END { end_table() }
