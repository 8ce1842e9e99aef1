#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/prove in a copy of its own, with a small document and a command that says what it is told; then the real documents.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"

if ! command -v jq >/dev/null 2>&1; then
  echo "  skip  jq is missing: install the package jq"
  exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/scripts/lib/prove/blocks" "$folder/gateway/docs/decisions" "$folder/gateway/docs/measurements"
cp "$here/../prove" "$folder/scripts/"
cp "$here/../lib/prove/"*.{sh,awk,jq} "$folder/scripts/lib/prove/"
document=$folder/gateway/docs/numbers.md
before=$folder/before.md

# The command: a line for whoever waits, two of JSON, of which the last counts, and an exit code.
cat >"$folder/scripts/weigh" <<'TEXT'
#!/usr/bin/env bash
[ "${1:-}" != --help ] || { echo "scripts/weigh [--json] [--stay]"; exit 0; }
echo "weighing" >&2
if [ "${2:-}" = --stay ]; then
  sleep 300 &
  echo "$! $$" >"$(dirname "$0")/../stays"
  wait
fi
echo '{"partial":true}'
echo "{\"ours\":${OURS:-2.04},\"theirs\":4,\"failed\":${FAILED:-0}}"
exit "${CODE:-0}"
TEXT
chmod +x "$folder/scripts/weigh"
cat >"$folder/scripts/lib/prove/blocks/weight.jq" <<'TEXT'
def figures: [(ratio(.ours; .theirs) | compared("ours : theirs")), (.failed | must("failed"; "same")), (.theirs | shown("theirs"))];
def text: ["| ours | theirs |", "|---|---|", "| \(.ours | fixed(2)) ms | \(.theirs) |"] | lines;
TEXT
echo 'def text: "Half of it: \(.weight.ours / 2 | fixed(2)) ms.";' >"$folder/scripts/lib/prove/blocks/half.jq"

reset() {
  echo '{"ours":2,"theirs":4,"failed":0}' >"$folder/gateway/docs/measurements/weight.json"
  cat >"$folder/README.md" <<'TEXT'
Before.

<!-- prove half command="scripts/prove weight" tolerance="theirs" date="2026-01-02" -->
Half of it: 1.00 ms.
<!-- /prove -->

After, at most 5 ms, and `7 ms`.
TEXT
  cat >"$document" <<'TEXT'
# Numbers

<!-- prove weight command="scripts/weigh --json" tolerance="10%" date="2026-01-02" -->
| ours | theirs |
|---|---|
| 2.00 ms | 4 |
<!-- /prove -->

Between.

<!-- prove once command="scripts/weigh" tolerance="history" date="2026-01-01" -->
It was 9 ms once.
<!-- /prove -->

<!-- prove holds command="scripts/weigh" tolerance="passes" date="2026-01-01" -->
It holds 3 MiB.
<!-- /prove -->
TEXT
  cp "$document" "$before"
}

# prove ARGUMENT...: its exit code in $code, what it said in $said
prove() {
  said=$("$folder/scripts/prove" "$@" 2>&1 </dev/null)
  code=$?
}

# with OLD NEW: the check of the document with this replaced
with() {
  reset
  awk -v old="$1" -v new="$2" '{ at = index($0, old); if (at) $0 = substr($0, 1, at - 1) new substr($0, at + length(old)); print }' "$before" >"$document"
  prove --check
}

reset
it "finds nothing wrong with good documents"
prove --check
equals "0 scripts/prove: 4 blocks, all as their reports say" "$code $said"

it "lists the blocks"
prove --list
contains "weight               2026-01-02  10%            gateway/docs/numbers.md:3" "$said"
it "lists the blocks in JSON"
prove --list --json
equals '"scripts/weigh --json"' "$(printf '%s' "$said" | jq -c '.blocks[] | select(.name == "weight") | .command')"

it "agrees within the tolerance"
prove weight
equals 0 "$code"
contains "ours : theirs                                 0.5      0.51   1.02 yes 10%" "$said"
contains "scripts/prove: weight agrees" "$said"
it "stays within 80 columns"
equals "" "$(printf '%s\n' "$said" | grep -E '.{81}')"
it "writes nothing by itself"
equals "" "$(cmp "$before" "$document")"

for ours in 2.3 1.7; do
  it "fails beyond the tolerance, with $ours"
  OURS=$ours prove weight
  equals 1 "$code"
  contains " NO 10%" "$said"
  contains "weight disagrees" "$said"
done
it "fails where what must be the same is not"
FAILED=1 prove weight
equals 1 "$code"
it "tells in JSON"
OURS=3 prove --json weight 2>/dev/null
equals '[false,"disagrees",0.75]' "$(printf '%s' "$said" | tail -n 1 | jq -c '[.agrees, .blocks[0].verdict, .blocks[0].figures[0].new]')"
it "fails with a command that fails, and shows what it said"
CODE=4 prove weight
equals 1 "$code"
contains "weight failed, exit code 4" "$said"
contains "weighing" "$said"
it "goes by the figures where a command could not judge all of it"
CODE=3 prove weight
equals 0 "$code"
CODE=3 OURS=9 prove weight
equals 1 "$code"
it "fails without JSON to read"
OURS=nonsense prove weight
equals 1 "$code"
it "takes a block of others' reports for those"
OURS=9 prove half
equals 1 "$code"
contains "weight disagrees" "$said"
it "runs all that can run, and no history"
prove
equals 0 "$code"
contains "scripts/prove: 2 of 2 agree" "$said"
it "takes the exit code for the proof where that is said"
CODE=1 prove holds
equals 1 "$code"

it "writes the block, its date, the report and the blocks made of it, and nothing else"
OURS=2.34 prove --write weight
equals 0 "$code"
today=$(date +%F)
equals "$(sed "s/2.00 ms/2.34 ms/; 3s/2026-01-02/$today/" "$before")" "$(cat "$document")"
equals "2.34" "$(jq .ours "$folder/gateway/docs/measurements/weight.json")"
contains "date=\"$today\" -->
Half of it: 1.17 ms." "$(cat "$folder/README.md")"
prove --check
equals 0 "$code"
it "writes nothing of a command that failed"
reset
CODE=1 OURS=3 prove --write weight
equals "1 " "$code $(cmp "$before" "$document")"
it "renders what was kept anew"
jq '.ours = 5' "$folder/gateway/docs/measurements/weight.json" >"$folder/five" && cp "$folder/five" "$folder/gateway/docs/measurements/weight.json"
prove --render
contains "| 5.00 ms | 4 |" "$(cat "$document")"
contains "Half of it: 2.50 ms." "$(cat "$folder/README.md")"
contains 'date="2026-01-02"' "$(cat "$document")"

it "finds a number that a hand changed"
with "2.00 ms" "1.00 ms"
contains "numbers.md:3: the block 'weight' is not what its report says" "$said"
it "finds a marker without a command"
with 'command="scripts/weigh --json" ' ''
contains "numbers.md:3: the block 'weight' has no command" "$said"
it "finds a command that is not there"
with 'scripts/weigh --json' 'scripts/guess --json'
contains "has a command that is no script of this repository: scripts/guess" "$said"
it "finds an option that the command does not know"
with 'scripts/weigh --json' 'scripts/weigh --guess'
contains "gives scripts/weigh --guess, which its --help does not know" "$said"
it "finds a tolerance that is none"
with 'tolerance="10%"' 'tolerance="some"'
contains "the tolerance of 'weight' is" "$said"
it "finds a date that is none"
with '10%" date="2026-01-02"' '10%" date="today"'
contains 'the date of '"'weight'"' is YYYY-MM-DD, found "today"' "$said"
it "finds a name that is there twice"
with 'prove once' 'prove weight'
contains "the block 'weight' is there already" "$said"
it "finds a block that does not end"
with '<!-- /prove -->' ''
contains "a block begins inside the block 'weight'" "$said"
it "finds a report that no block shows"
with 'prove weight' 'prove height'
contains "measurements/weight.json: there is no block 'weight'" "$said"
it "runs nothing where a marker is bad"
with '10%" date="2026-01-02"' '10%" date="today"'
prove weight
equals 1 "$code"
contains "YYYY-MM-DD" "$said"
equals 0 "$(printf '%s' "$said" | grep -c 'scripts/prove: weight:')"

for stray in "It took 12 ms." "It took 12.5 s." "About 30 % more." "We saw 1,200 requests/s." "It has 9.3 MiB"; do
  it "finds what looks measured outside: $stray"
  with "Between." "$stray"
  equals 1 "$code"
  contains "numbers.md:9: '" "$said"
done
# shellcheck disable=SC2016 # backquotes of Markdown
for fine in 'At most 12 ms.' 'It is `12 ms`.' 'RFC 9113, 8 ports.' 'Some 12 ms. <!-- no measurement: an example -->' '    indented 12 ms'; do
  it "lets pass: $fine"
  with "Between." "$fine"
  equals 0 "$code"
done
it "leaves decisions alone"
reset
echo "It took 12 ms." >"$folder/gateway/docs/decisions/0001-history.md"
prove --check
equals 0 "$code"

it "sees the figures of profiles"
reset
mkdir "$folder/sysctl"
printf '%s\n' '# does: it takes 5 ms' '# figure: guessed' 'net.a = 1' >"$folder/sysctl/p.conf"
prove --check
equals "1" "$code"
contains "sysctl/p.conf:2: a figure stands in no block" "$said"
it "writes them, as comments"
echo 'def text: "# figure: \(.weight.ours) ms";' >"$folder/scripts/lib/prove/blocks/profile.jq"
printf '%s\n' '# does: it takes 5 ms' '# <!-- prove profile command="scripts/prove weight" tolerance="theirs" date="2026-01-02" -->' '# figure: none' \
  '# <!-- /prove -->' 'net.a = 1' >"$folder/sysctl/p.conf"
prove --check
contains "sysctl/p.conf:2: the block 'profile' is not what its report says" "$said"
prove --render
equals "# figure: 2 ms" "$(sed -n 3p "$folder/sysctl/p.conf")"
prove --check
equals 0 "$code"
it "wants their markers to be comments"
sed 's/^# <!-- p/<!-- p/' "$folder/sysctl/p.conf" >"$folder/p.conf" && cp "$folder/p.conf" "$folder/sysctl/p.conf"
prove --check
contains "sysctl/p.conf:2: a marker stands alone on its line" "$said"
rm -r "$folder/sysctl" "$folder/scripts/lib/prove/blocks/profile.jq"

it "refuses a name that is none"
prove nobody
equals 2 "$code"
contains "there is no block 'nobody'" "$said"
it "refuses to run history"
prove once
equals 2 "$code"
it "explains itself"
prove --help
equals 0 "$code"
it "explains itself in 80 columns"
equals "" "$(printf '%s\n' "$said" | grep -E '.{81}')"

it "ends the command and what that started when it is told to end"
sed 's/scripts\/weigh --json/scripts\/weigh --json --stay/' "$before" >"$document"
rm -f "$folder/stays"
"$folder/scripts/prove" weight >/dev/null 2>&1 </dev/null &
pid=$!
for _ in $(seq 100); do [ -s "$folder/stays" ] && break; sleep 0.1; done
kill -TERM "$pid"
wait "$pid"
equals 130 "$?"
read -r child parent <"$folder/stays"
# Who has ended is there until its new parent looks at it.
for _ in $(seq 100); do
  alive=''
  for each in "$child" "$parent"; do kill -0 "$each" 2>/dev/null && alive="$alive $each"; done
  [ -z "$alive" ] && break
  sleep 0.1
done
equals "" "$alive"

it "finds the published numbers as their reports say"
said=$("$here/../prove" --check 2>&1)
equals "0" "$?"
contains "all as their reports say" "$said"

finish
