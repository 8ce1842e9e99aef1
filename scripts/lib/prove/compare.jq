# SPDX-License-Identifier: Apache-2.0
# Figures of what was published and of what was measured now, side by side. Named arguments: old and new, the figures; tolerance.

# The two are within `N%` where the larger is at most (1 + N/100) times the smaller: twice as good is as far off as twice as bad.
def within($old; $new; $rule):
  if $new == null then false
  elif $rule == "same" then $old == $new
  elif $rule | startswith("at most ") then $new <= ($rule[8:] | tonumber)
  elif $rule | startswith("at least ") then $new >= ($rule[9:] | tonumber)
  elif $old == $new then true
  elif $old <= 0 or $new <= 0 then false
  else ([$old, $new] | max / min) <= 1 + ($rule[:-1] | tonumber) / 100 end;

($old | map({key: .name, value: .}) | from_entries) as $before
| ($new | map({key: .name, value: .}) | from_entries) as $now
| [($old[], ($new[] | select($before[.name] == null))) | .name]
| map(. as $name | $before[$name].value as $was | $now[$name].value as $is
  | ($now[$name] // $before[$name]).rule as $rule
  | (if $rule == "compared" then $tolerance else $rule end) as $rule
  # What nobody had measured before can only be held against a bound.
  | (if $rule == "shown" or ($was == null and ($rule | startswith("at ") | not)) then null else within($was; $is; $rule) end) as $agrees
  | {name: $name, old: $was, new: $is, rule: $rule, agrees: $agrees})
