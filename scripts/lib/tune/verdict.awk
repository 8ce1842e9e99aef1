# SPDX-License-Identifier: Apache-2.0
#
# Verdicts from the runs. In: name, load, round, side (A or B), measured, lost. Out, for each name and load in the order of
# their first round: verdict, rounds, means of A and B, mean difference with its interval, the same of what was lost.
# The interval is Student's t of the paired differences, 95 %, two-sided.

BEGIN {
  FS = OFS = sprintf("%c", 31)
  # The 97.5 % quantiles for 1 to 30 degrees of freedom; beyond, 1.96 is within 4 %, and 2.042 is on the safe side.
  split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262 2.228 2.201 2.179 2.160 2.145 2.131 " \
    "2.120 2.110 2.101 2.093 2.086 2.080 2.074 2.069 2.064 2.060 2.056 2.052 2.048 2.045 2.042", quantile, " ")
  matters = 1
}

{
  id = $1 FS $2
  if (!(id in rounds)) { ids[++count] = id; rounds[id] = 0 }
  value[id, $3, $4] = $5; lost[id, $3, $4] = $6
  if ($4 == "B") rounds[id] = $3
}

# Interval of B - A over the rounds, into mean, low, high.
function interval(of, id, n,   i, sum, squares, d, half) {
  sum = squares = 0
  for (i = 1; i <= n; i++) sum += of[id, i, "B"] - of[id, i, "A"]
  mean = sum / n
  for (i = 1; i <= n; i++) { d = of[id, i, "B"] - of[id, i, "A"] - mean; squares += d * d }
  half = n < 2 ? 1e9 : quantile[n - 1 > 30 ? 30 : n - 1] * sqrt(squares / (n - 1) / n)
  low = mean - half; high = mean + half
}

function average(id, n, side,   i, sum) { for (i = 1; i <= n; i++) sum += value[id, i, side]; return sum / n }
function number(x) { return sprintf("%.1f", x > -0.05 && x < 0 ? 0 : x) }

END {
  for (c = 1; c <= count; c++) {
    id = ids[c]; n = rounds[id]
    if (n < 2) continue
    interval(lost, id, n); lost_text = number(mean) OFS number(low) OFS number(high); destroys = low > 0.1
    unsure = high > 0.1 && low <= 0.1
    interval(value, id, n)
    if (destroys || high < -matters) verdict = "harmful"
    else if (unsure) verdict = "undecided"
    else if (low > matters) verdict = "keep"
    else if (low >= -matters && high <= matters) verdict = "useless"
    else verdict = "undecided"
    print id, verdict, n, number(average(id, n, "A")), number(average(id, n, "B")), number(mean), number(low), number(high), lost_text
  }
}
