# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the settings of the netlink specification as rows of a C table,
# [VARTA_A_CONFIG_NAME] = { kind, minimum, maximum, word }. A setting in
# milliseconds is a duration, and the values of an enum are words.

function constant(name) {
	gsub("-", "_", name)
	return toupper(name)
}

function flush() {
	if (setting != "" && words != "")
		printf "[VARTA_A_CONFIG_%s] = { KIND_WORD, 0, %d, varta_%s_name },\n",
			constant(setting), entries[words] - 1, tolower(constant(words))
	else if (setting != "" && range != "")
		printf "[VARTA_A_CONFIG_%s] = { %s, %s, %s, NULL },\n",
			constant(setting),
			setting ~ /-ms$/ ? "KIND_DURATION" : "KIND_NUMBER",
			substr(range, 1, index(range, ".") - 1),
			substr(range, index(range, ".") + 2)
	setting = words = range = ""
}

# The start of a section, an enum or an attribute set.
/^[a-z]/ {
	flush()
	section = $1
}
/^    name: / {
	flush()
	part = $2
}
section == "definitions:" && /^        name: / { entries[part]++ }
section == "attribute-sets:" && part == "config" {
	if (/^        name: /) {
		flush()
		setting = $2
	}
	if (/^        enum: /)
		words = $2
	if (match($0, /Range [0-9]+\.\.[0-9]+/))
		range = substr($0, RSTART + 6, RLENGTH - 6)
}

END { flush() }
