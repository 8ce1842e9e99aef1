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
