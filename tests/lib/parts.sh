# SPDX-License-Identifier: GPL-2.0-only
# Tests in parts, each a command, with one count of all cases. Sourced after common.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # top is of common.sh

logs=$top/build/check
mkdir -p "$logs"
passed=0 failed=0
# If there are any, only these parts run; and all names of parts that there are.
only_parts=() part_names=()

# count LOG STATUS: counts the cases in a log: KTAP lines, or the summary of run-kunit
count() {
	local log=$1 status=$2 good bad summary
	summary=$(grep -oE '^kunit: .* [0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
	if [[ -n $summary ]]; then
		good=$(grep -oE '[0-9]+ passed' <<<"$summary")
		bad=$(grep -oE '[0-9]+ failed' <<<"$summary")
		good=${good% *} bad=${bad% *}
	else
		good=$(grep -cE '^ok ' "$log" || true)
		bad=$(grep -cE '^not ok ' "$log" || true)
	fi
	# A part without cases counts as one case, and so does one that failed although no
	# case did, as when the kernel complained.
	if [[ $status -ne 0 && $bad -eq 0 ]]; then
		bad=1
	elif [[ $status -eq 0 && $good -eq 0 ]]; then
		good=1
	fi
	passed=$((passed + good)) failed=$((failed + bad))
}

# part NAME COMMAND...
part() {
	local name=$1 log=$logs/$1.log status=0 begun=$SECONDS
	part_names+=("$name")
	[[ ${#only_parts[@]} -eq 0 || " ${only_parts[*]} " == *" $name "* ]] || return 0
	shift
	echo "== $name: ${*/#"$top/"/}"
	"$@" 2>&1 | tee "$log" || status=$?
	count "$log" "$status"
	echo "== $name: $([[ $status -eq 0 ]] && echo ok || echo "FAILED ($status)"), $((SECONDS - begun)) s"
}

# Prints the last line, and fails if a case did.
summary() {
	local name
	for name in ${only_parts[@]+"${only_parts[@]}"}; do
		[[ " ${part_names[*]} " == *" $name "* ]] ||
			usage_error "there is no part '$name', but: ${part_names[*]}"
	done
	echo "$passed passed, $failed failed"
	[[ $failed -eq 0 ]]
}
