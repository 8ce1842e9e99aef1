# SPDX-License-Identifier: Apache-2.0
# What renderers of blocks have in common. A renderer defines `text`, the Markdown of a report, and `figures`, what of it is compared:
#   compared(NAME)     within the tolerance of the block's marker
#   must(NAME; RULE)   "same", "at most N" or "at least N", whatever the marker says
#   shown(NAME)        put side by side and not compared, as it is the machine's and not ours

def compared($name): {name: $name, value: ., rule: "compared"};
def must($name; $rule): {name: $name, value: ., rule: $rule};
def shown($name): {name: $name, value: ., rule: "shown"};

# A number with so many decimals, and the thousands apart: 12345.678 | fixed(1) is 12,345.7
def thousands: tostring | [match("^(-?)([0-9]+)$").captures[].string] as [$sign, $digits]
  | $sign + ($digits | [range(length; 0; -3) as $stop | .[([$stop - 3, 0] | max):$stop]] | reverse | join(","));
def fixed($decimals): if . == null then "-" else
  (. * pow(10; $decimals) | round) as $scaled
  | ($scaled | fabs | tostring) as $digits
  | (if $scaled < 0 then "-" else "" end) as $sign
  | if $decimals == 0 then $sign + ($digits | thousands) else
      ($digits | if length <= $decimals then "0" * ($decimals + 1 - length) + . else . end)
      | $sign + (.[:-$decimals] | thousands) + "." + .[-$decimals:] end end;
def whole: fixed(0);

def median: sort | if length == 0 then null elif length % 2 == 1 then .[(length - 1) / 2] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def ratio($a; $b): if $a == null or $b == null or $b == 0 then null else $a / $b end;
def row: "| " + join(" | ") + " |";
def lines: join("\n");

# Of scripts/tune try: each setting with what it made of 100 calls, parts or connections.
def tried: .settings[] | select(.verdict != "not tried");
def tune_title: if .key == "all together" then "all together" else "`\(.key | sub("^net[.]"; "") | sub("^(ipv4|core)[.]"; "")) = \(.wanted)`" end;
def tune_note: if .verdict == "harmful" and .lostLow > 0 then
    "harmful: \(.lost | fixed(1)) of 100 sockets lost their TIME_WAIT" else .verdict end;
def tune_text: . as $report | ["| setting | load | without | with | difference, 95 % | verdict |", "|---|---|---|---|---|---|",
  ($report.settings[] | if .verdict == "not tried" then [tune_title, "-", "-", "-", "-", .text] else
    [tune_title, .load, (.a | fixed(1)), (.b | fixed(1)), "\(.low | fixed(1)) to \(.high | fixed(1))", tune_note] end | row),
  "", "Linux \($report.kernel), \(if $report.with == "" then "`net.ipv4.tcp_congestion_control=\($report.congestion)`" else
    "both sides with `\($report.with | gsub(" (?=net)"; "`, `"))`" end), \($report.rounds) rounds at least."] | lines;
# What is left of a window is next to nothing without the setting, and has no ratio.
def tune_figures: [tried | "\(.key | sub("^net[.](ipv4|core)[.]"; "")), \(.load)" as $name
  | (.verdict | must("\($name): verdict"; "same")), (.b | compared("\($name): with")),
    (if .load == "idle" then .a | shown("\($name): without") else .a | compared("\($name): without") end)];

# Of reports gathered by name, for the figures behind a setting: a stage of the laboratory, and what became of one setting.
def lab($id): .["lab-timewait"].stages[] | select(.subject == "penstock" and .stage == $id);
def trial($report; $key): .[$report] | tried | select(.key == $key);
def comment($said): ["# figure:  " + $said[0], ($said[1:][] | "#          " + .)] | lines;
