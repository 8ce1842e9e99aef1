# SPDX-License-Identifier: Apache-2.0
# Numbers in prose that look measured and stand in no block: a heuristic. Code is not looked at, nor what reads like a limit
# (`at most 4 MiB`, `within 100 ms`), nor a line that ends in <!-- no measurement: WHY -->. Of a profile of sysctl it is the
# lines that begin with `# figure:` that a block makes; the rest is about the kernel.

BEGIN {
  unit = "(ms|us|ns|KiB|MiB|GiB|KB|MB|GB|%|calls/s|requests/s|connections/s|MB/s)"
  number = "[0-9][0-9,]*(\\.[0-9]+)?"
  limit = "(at most|at least|up to|under|within|below|above|beyond|less than|more than|first|last|every|limit of|default of|bounded by|of|than|to) (the )?(some |about )?"
}

FNR == 1 { fenced = 0; inside = 0; words = "" }
/^[ \t]*```/ { fenced = !fenced; next }
/^(# )?<!-- prove / { inside = 1 }
/^(# )?<!-- \/prove -->/ { inside = 0; next }
FILENAME ~ /\.conf$/ {
  if (!inside && /^# figure:/) printf "%s:%d: a figure stands in no block\n", FILENAME, FNR
  next
}
fenced || inside || /^    / { words = ""; next }
/<!-- no measurement: [^ ].* -->/ { words = ""; next }
/^[ \t]*$/ { words = ""; next }

{
  line = $0
  gsub(/`[^`]*`/, "", line)
  gsub(/\]\([^)]*\)/, "]", line)
  gsub(/<!--[^>]*-->/, "", line)
  # A limit's word may end the line before.
  line = words " " line
  words = line
  if (match(words, /[^ ]+ [^ ]+$/)) words = substr(words, RSTART)
  while (match(line, number " ?" unit "([^A-Za-z]|$)") || match(line, "[0-9]+\\.[0-9]+ s([^A-Za-z]|$)")) {
    before = tolower(" " substr(line, 1, RSTART - 1))
    found = substr(line, RSTART, RLENGTH)
    rest = substr(line, RSTART + RLENGTH)
    if (before !~ ("[ (]" limit "$") && before !~ /[a-z0-9.]$/) {
      sub(/[^A-Za-z%]$/, "", found)
      printf "%s:%d: '%s' looks measured and stands in no block\n", FILENAME, FNR, found
    }
    line = rest
  }
}
