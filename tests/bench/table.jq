# SPDX-License-Identifier: GPL-2.0-only
#
# From results.json to the table on the terminal, columns apart by tabs.

def rounded: if . >= 100 then round else . * 1000 | round / 1000 end | tostring;
def limit: if .at_most then "at most \(.at_most)" else "at least \(.at_least)" end;

(["FIGURE", "VALUE", "", "TARGET", ""] | join("\t")),
(.targets[] | [.what, (.value | rounded), .unit, limit,
	       (if .reached then "reached" else "MISSED" end)] | join("\t")),
"",
(["MEASURED", "VALUE"] | join("\t")),
(.measured | to_entries[] | [.key, (.value | rounded)] | join("\t"))
