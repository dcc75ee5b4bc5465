# SPDX-License-Identifier: GPL-2.0-only
#
# Distributions from name.dat, blocks of latenesses in ns and shares, each headed by its
# label. Set by the caller: name, title, axis.

# Before there are ranges, which would count.
stats name.".dat" using 1 nooutput

set terminal svg size 800,420 font "sans-serif,13" background "white"
set output name.".svg"
set title title
set xlabel "lateness, microseconds"
set ylabel axis
set yrange [0:1]
set grid lc rgb "#dddddd"
set key below
set format x "%'.0f"
# The target, 1 ms, is in it, however early all of them are.
set logscale x
set xrange [10:(STATS_max > 2e6 ? STATS_max / 1e3 : 2e3)]
set arrow from 1000, graph 0 to 1000, graph 1 nohead dashtype 2 lc rgb "#aa3377"
set label "1 ms" at 1000, graph 0.5 offset 0.5,0 textcolor rgb "#aa3377"
plot for [block = 0:STATS_blocks - 1] name.".dat" index block \
	using ($1 / 1000):2 with lines lw 2 title columnheader(1)
