# SPDX-License-Identifier: Apache-2.0
# The laboratory judges by itself: what fails there fails here, and what a busy machine left unjudged is said. Of nginx
# nothing is compared: it is not ours.
def share: ratio(100 * .ok; .ok + .failed);
def claims($outcome): [.claims[] | select(.outcome == $outcome)] | length;
def ours: select(.subject == "penstock");

def figures: [(claims("fails") | must("claims that failed"; "at most 0")),
  (claims("holds") | shown("claims that hold")), (claims("unjudged") | shown("claims unjudged, machine busy")),
  (.stages[] | "\(.subject) \(.stage): " as $name
    | (share | if $name | startswith("penstock") then compared($name + "% of calls ok") else shown($name + "% of calls ok") end),
      (.time_wait_most | shown($name + "most in TIME_WAIT"))),
  (.stages[] | ours | select(.stage == "5")
    | (.failed | must("stage 5: failed calls"; "at most 0")), (.ActiveOpens | must("stage 5: connections opened"; "at most 0")))];

def text: . as $report
  | ["| stage | gateway | calls/s | ports | calls that succeeded, % | no local port | opened/s | most in TIME_WAIT |", "|---|---|---|---|---|---|---|---|",
    (.stages[] | ["\(.stage): \(.title)", .subject, (.rate | whole), (.ports | whole), (share | fixed(1)), (.no_local_port | whole),
      (.opened_per_second | fixed(1)), (.time_wait_most | whole)] | row),
    "", "Linux \(.kernel). Of \(.claims | length) claims \(claims("holds")) hold, \(claims("fails")) fail, \(claims("unjudged")) unjudged for a busy machine."] | lines;
