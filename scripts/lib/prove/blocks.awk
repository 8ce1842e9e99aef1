# SPDX-License-Identifier: Apache-2.0
# The blocks of documents, one line each: FILE, FIRST LINE, LAST LINE, NAME, COMMAND, TOLERANCE, DATE, tabs between. What is
# wrong with a marker comes as a line of `!` and a sentence. In a profile of sysctl each line of a block is a comment of that.

BEGIN { FS = "\t"; OFS = "\t" }

function problem(text) { print "!", FILENAME ":" FNR ": " text }

# The attribute of this name, or nothing; what was read is taken out of `rest`.
function attribute(name,    found) {
  if (!match(rest, "(^| )" name "=\"[^\"]*\"")) return ""
  found = substr(rest, RSTART, RLENGTH)
  rest = substr(rest, 1, RSTART - 1) substr(rest, RSTART + RLENGTH)
  sub(/^[^"]*"/, "", found)
  return substr(found, 1, length(found) - 1)
}

# What stands before a marker, by the kind of file.
function lead() { return FILENAME ~ /\.conf$/ ? "# " : "" }

function known(tolerance) {
  return tolerance ~ /^([0-9]+%|at (most|least) [0-9]+(\.[0-9]+)?|same|passes|history|theirs)$/
}

FNR == 1 { ended() }
function ended() {
  if (open_file != "") print "!", open_file ":" open_line ": the block '" name "' does not end: <!-- /prove --> is missing"
  open_file = ""
}
END { ended() }

/^[ \t]*```/ { fenced = !fenced }
FNR == 1 { fenced = /^[ \t]*```/ }
fenced { next }

/<!-- prove / {
  if (open_file != "") { problem("a block begins inside the block '" name "'"); next }
  if ($0 !~ ("^" lead() "<!-- prove .* -->$")) { problem("a marker stands alone on its line: <!-- prove NAME command=\"...\" tolerance=\"...\" date=\"...\" -->"); next }
  rest = $0
  sub("^" lead() "<!-- prove ", "", rest)
  sub(/ -->$/, "", rest)
  name = rest
  sub(/ .*/, "", name)
  rest = substr(rest, length(name) + 1)
  command = attribute("command"); tolerance = attribute("tolerance"); date = attribute("date")
  gsub(/ /, "", rest)
  open_file = FILENAME; open_line = FNR
  if (name !~ /^[a-z][a-z0-9-]*$/) problem("the name of a block is made of a-z, 0-9 and -, found '" name "'")
  else if (name in where) problem("the block '" name "' is there already: " where[name])
  else where[name] = FILENAME ":" FNR
  if (command == "") problem("the block '" name "' has no command=\"...\"")
  if (!known(tolerance)) problem("the tolerance of '" name "' is \"N%\", \"at most N\", \"at least N\", \"same\", \"passes\", \"history\" or \"theirs\", found \"" tolerance "\"")
  if (date !~ /^20[0-9][0-9]-[01][0-9]-[0-3][0-9]$/) problem("the date of '" name "' is YYYY-MM-DD, found \"" date "\"")
  if (rest != "") problem("the block '" name "' has more than command, tolerance and date: " rest)
  next
}

/<!-- \/prove -->/ {
  if (open_file == "") { problem("a block ends that has not begun"); next }
  if ($0 !~ ("^" lead() "<!-- /prove -->$")) problem("<!-- /prove --> stands alone on its line")
  if (FNR == open_line + 1) problem("the block '" name "' is empty")
  print FILENAME, open_line, FNR, name, command, tolerance, date
  open_file = ""
}
