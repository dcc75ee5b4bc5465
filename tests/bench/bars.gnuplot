# SPDX-License-Identifier: GPL-2.0-only
#
# Bars from name.dat, a label and a figure in each line, with the figures beside them. Set
# by the caller: name, title, axis.

set terminal svg size 800,360 font "sans-serif,13" background "white"
set output name.".svg"
set title title
set xlabel axis
set format x "%'.0f"
set xrange [0:*]
set yrange [*:*] reverse
set offsets 0, graph 0.15, 0.5, 0.5
set grid xtics lc rgb "#dddddd"
set style fill solid
unset key
plot name.".dat" using ($2 / 2):0:($2 / 2):(0.3):yticlabels(1) \
		with boxxyerror lc rgb "#4477aa", \
	"" using 2:0:(sprintf("%'.0f", $2)) with labels left offset 0.5,0
