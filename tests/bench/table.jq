# SPDX-License-Identifier: GPL-2.0-only
#
# From results.json to the table on the terminal, columns apart by tabs.

# to(DIGITS): rounded to digits after the point
def to(digits): pow(10; digits) as $power | . * $power | round / $power;
def rounded: (if . >= 100 then to(0) else to(3) end) | tostring;
# rounded_beside(LIMIT): with as many digits as it takes to differ from a limit that it is
# not equal to
def rounded_beside(limit):
	. as $value
	| (if $value >= 100 then 0 else 3 end) as $digits
	| first((range($digits; 16) as $d | $value | to($d)
		 | select(. != limit or $value == limit)), $value)
	| tostring;
def limit: if .at_most then "at most \(.at_most)" else "at least \(.at_least)" end;

(["FIGURE", "VALUE", "", "TARGET", ""] | join("\t")),
(.targets[] | . as $target
	    | [.what, (.value | rounded_beside($target.at_most // $target.at_least)), .unit, limit,
	       (if .no_verdict then "no verdict: " + .no_verdict
		elif .reached then "reached" else "MISSED" end)] | join("\t")),
"",
(["MEASURED", "VALUE"] | join("\t")),
(.measured | to_entries[] | [.key, (.value | rounded)] | join("\t"))
