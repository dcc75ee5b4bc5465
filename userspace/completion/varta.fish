# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of varta(1) for fish. Commands, options and settings are read from
# the output of varta; only the values of some options are listed here.

function __varta_commands
    varta --help 2>/dev/null | string replace -rf '^  ([a-z]+) +(.*)' '$1\t$2'
end

# The command on the line.
function __varta_command
    set -l words (commandline -opc)
    echo $words[2]
end

function __varta_options
    ARGP_HELP_FMT=rmargin=999,opt-doc-col=60 varta (__varta_command) --help 2>/dev/null |
        string replace -rf '^ +(?:-., *)?(--[a-z-]+)\S* +(.*)' '$1\t$2'
end

# Whether an option may follow: not after the program that "varta run" runs.
function __varta_at_option
    set -l words (commandline -opc)
    test (count $words) -ge 2
    and string match -q -- '-*' (commandline -ct)
    and not contains -- -- $words
end

# Completes the program that "varta run" runs as a command line of its own.
function __varta_program
    set -l words (commandline -opc)[3..]
    while string match -q -- '-*' $words[1]
        if test $words[1] = --
            set -e words[1]
            break
        end
        if varta run --help | string match -rq -- "^ +(-., *)?$words[1]="
            set -e words[1]
        end
        set -e words[1]
    end
    complete -C "$(string escape -- $words | string join ' ') $(commandline -ct)"
end

function __varta_on
    test "$(__varta_command)" = $argv[1]
end

function __varta_has
    __varta_options | string match -q -- "$argv[1]*"
end

# A member of each agent; not those with bytes that the shell interprets.
function __varta_field
    varta agents -j 2>/dev/null |
        string replace -rf '^ *"'$argv[1]'": *"?([a-zA-Z0-9:_.@-]+)"?,?$' '$1' | sort -u
end

complete -c varta -f
complete -c varta -n __fish_is_first_token -a '(__varta_commands)'
complete -c varta -n __varta_at_option -a '(__varta_options)'
complete -c varta -n '__varta_has --color' -l color -x \
    -a 'auto always never'
complete -c varta -n '__varta_has --sort' -l sort -x \
    -a 'pid name silence status threshold namespace'
complete -c varta -n '__varta_has --status' -l status -x \
    -a 'ok degraded critical'
complete -c varta -n '__varta_has --output' -l output -r -F
complete -c varta -n '__varta_has --web-config' -l web-config -r -F
complete -c varta -n '__varta_has --pid' -l pid -x -a '(__fish_complete_pids)'
complete -c varta -n '__varta_has --snapshot' -l snapshot -x \
    -a '(__fish_complete_directories)'
for field in user unit container pod
    complete -c varta -n "__varta_has --$field" -l $field -x -a "(__varta_field $field)"
end
complete -c varta -n '__varta_on agents' \
    -a '(__varta_field pid)'
complete -c varta -n '__varta_on expect' -a '(__varta_field name)'
complete -c varta -n '__varta_on why' \
    -a '(__varta_field pid; __varta_field name)'
complete -c varta -n '__varta_on config' \
    -a '(varta config list 2>/dev/null | awk "{ print \$1 }")'
complete -c varta -n '__varta_on config; and test (count (commandline -opc)) -eq 2' \
    -a 'list get set'
complete -c varta -n '__varta_on help; and test (count (commandline -opc)) -eq 2' \
    -a '(__varta_commands)'
complete -c varta -n '__varta_on run' -a '(__varta_program)'
