# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Tokens, a limit, permissions and metrics on the way of a small request, in turn: by Penstock, and by nginx with Lua. Sourced by
# scripts/bench.

connections=64
known=(penstock_plain penstock nginx_lua nginx_lua_kept)
check_only
jdk_use

free_ports 1
backend_port=${free[0]}
start_http_backend "$backend_port" || exit 1

# --- tokens -----------------------------------------------------------------------------------------------

# More than anybody answers in a second, so that no token of such a turn comes twice.
es_per_second=15000
hs_per_second=40000
# A JIT compiles those who run in a JVM: they warm up for more runs, with known tokens and with new ones.
jit_runs=8
jit_fresh_runs=3
repeated=100

# make_tokens: for each algorithm those that come again, and behind them a part for each turn with new ones
make_tokens() {
  local each count
  mkdir -p "$work/keys"
  for each in es hs; do
    echo "making tokens of ${each^^}256" >&2
    count=${each}_per_second
    count=$((repeated + jit_fresh_runs * warmup * ${!count} + rounds * seconds * ${!count}))
    harness tokens --algorithm "${each}256" --issuer "$each" --scope "$policy_scope" --subjects "$repeated" --count "$count" \
      --key "$work/keys/$each.key" --out "$work/$each.tokens" >"$work/tokens.log" 2>&1 || {
      cat "$work/tokens.log" >&2
      return 1
    }
    printf -v "${each}_length" %s "$(($(head -n 1 "$work/$each.tokens" | wc -c) - 1))"
  done
  chmod 644 "$work"/keys/*
}

# --- load -------------------------------------------------------------------------------------------------

# policy_load PORT SECONDS ANSWER-BYTES TOKENS PART: TOKENS is es_repeated, hs_fresh and so on; sets answers and rps
policy_load() {
  local out=$work/wrk.out word micros bytes failed refused kind=${4%_*} length per first=0 count=$repeated
  answers=0 rps=0
  length=${kind}_length per=${kind}_per_second
  if [ "${4#*_}" = fresh ]; then
    # The runs of the warm-up come first, of `warmup` seconds each.
    first=$((repeated + ($5 < jit_fresh_runs ? $5 * warmup : jit_fresh_runs * warmup + ($5 - jit_fresh_runs) * seconds) * ${!per}))
    count=$(($2 * ${!per}))
  fi
  timeout $(($2 + 30)) wrk -t 1 -c "$connections" -d "${2}s" --timeout 10s -s scripts/lib/bench/tokens.lua \
    "http://127.0.0.1:$1$policy_path" -- "$work/$kind.tokens" "${!length}" "$first" "$count" >"$out" 2>&1 </dev/null
  read -r word micros answers bytes failed refused < <(grep '^wrk [0-9]' "$out")
  [ "${word:-}" = wrk ] && [ "$answers" -gt 0 ] || {
    echo "wrk failed:" >&2
    tail -n 5 "$out" >&2
    return 1
  }
  rps=$(awk -v n="$answers" -v us="$micros" 'BEGIN { printf "%.1f", n * 1000000 / us }')
  [ "${4#*_}" = repeated ] || [ $((answers + connections)) -le "$count" ] || {
    echo "$answers answers in $2 s: the $count tokens did not last" >&2
    return 1
  }
  [ "$failed" = 0 ] && [ "$refused" = 0 ] && awk -v n="$answers" -v bytes="$bytes" -v each="$3" -v c="$connections" \
    'BEGIN { expected = n * each; exit !(bytes >= expected * 0.97 && bytes <= expected * 1.03 + c * each) }' && return 0
  echo "of $answers answers $refused were refusals; $failed socket errors; $bytes bytes where $3 for each were expected" >&2
  return 1
}

# policy_answer PORT PATH TOKEN: the head and body of the answer
policy_answer() {
  local line length=0
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n%b\r\n' "$2" "$1" "${3:+Authorization: Bearer $3\\r\\n}" >&3
  while IFS= read -r -t 10 line; do
    printf '%s\n' "${line%$'\r'}"
    [ "$line" != $'\r' ] || break
    case $line in [Cc]ontent-[Ll]ength:*) length=${line#*: } ;; esac
  done <&3
  timeout 10 head -c "${length%$'\r'}" <&3
}

# expects NAME PORT STATUS PATH TOKEN
expects() {
  (policy_answer "$2" "$4" "$5") >"$work/proof" 2>/dev/null
  head -n 1 "$work/proof" | grep -q "^HTTP/1.1 $3 " && return 0
  echo "$1 did not answer $4 with $3, but:" >&2
  head -c 500 "$work/proof" >&2
  return 1
}

# Everybody brings the backend's own bytes, and who applies policies lets nobody else pass. Leaves the length of an answer in $answer_bytes.
proves_policies() {
  local name=$1 port=$2 kind token
  for kind in es hs; do
    token=$(head -n 1 "$work/$kind.tokens")
    if [ "$name" != penstock_plain ]; then
      expects "$name" "$port" 401 "$policy_path" '' && expects "$name" "$port" 401 "$policy_path" "${token%????????}AAAAAAAA" &&
        expects "$name" "$port" 403 "$forbidden_path" "$token" && expects "$name" "$port" 200 "$policy_path" "$token" || return 1
      grep -qi '^ratelimit: ' "$work/proof" || {
        echo "$name does not tell of its limit" >&2
        return 1
      }
    fi
    expects "$name" "$port" 200 "$policy_path" "$token" || return 1
    grep -q "^$mark$tail\$" "$work/proof" || {
      echo "$name did not bring the backend's answer" >&2
      return 1
    }
  done
  # The proof has lines without their carriage returns.
  answer_bytes=$(awk '{ bytes += length($0) + (body ? 1 : 2) } $0 == "" { body = 1 } END { print bytes - 1 }' "$work/proof")
}

# --- parties ----------------------------------------------------------------------------------------------

# A name for each party and kind of tokens; the plain route does not look at them.
names=() ports=() pids=() lengths=() kinds=()
start_policy_parties() {
  local name kind
  for name in "${known[@]}"; do
    wanted "$name" || continue
    free_ports 2
    "start_policies_$name" "${free[@]}" || exit 1
    proves_policies "$name" "${free[0]}" || exit 1
    for kind in es_repeated hs_repeated es_fresh hs_fresh; do
      if [ "$name" = penstock_plain ] && [ "$kind" != es_repeated ]; then continue; fi
      if [ "$name" = penstock_plain ]; then names+=("$name"); else names+=("${name}_$kind"); fi
      ports+=("${free[0]}") pids+=("$spawned") lengths+=("$answer_bytes") kinds+=("$kind")
    done
  done
}

warm_up_policies() {
  local run i most
  for run in $(seq 0 $((jit_runs - 1))); do
    for i in "${!names[@]}"; do
      case ${names[i]} in penstock*_fresh) most=$jit_fresh_runs ;; penstock*) most=$jit_runs ;; *) most=1 ;; esac
      [ "$run" -lt "$most" ] || continue
      echo "warming up ${names[i]}" >&2
      policy_load "${ports[i]}" "$warmup" "${lengths[i]}" "${kinds[i]}" "$run" || exit 1
    done
  done
}

# policy_turn INDEX ROUND
policy_turn() {
  local name=${names[$1]} pid=${pids[$1]} cpu backend
  cpu=$(cpu_us "$pid")
  backend=$(cpu_us "$backend_pid")
  policy_load "${ports[$1]}" "$seconds" "${lengths[$1]}" "${kinds[$1]}" $((jit_fresh_runs + $2 - 1)) || return 1
  backend=$(($(cpu_us "$backend_pid") - backend))
  cpu=$(($(cpu_us "$pid") - cpu))
  [ $((backend * 1000 / answers)) -gt 500 ] || {
    echo "$name: the backend was idle while $answers answers came" >&2
    return 1
  }
  awk -v name="$name" -v n="$answers" -v cpu="$cpu" -v rps="$rps" -v rss="$(rss_kib "$pid")" -v backend="$backend" \
    'BEGIN { printf "%s\t%.3f\t%.1f\t%d\t%.3f\n", name, cpu / n, rps, rss, backend / n }' >>"$work/turns"
}

write_rules
make_tokens || exit 1
start_policy_parties
warm_up_policies
in_turn policy_turn
awk -v rounds="$rounds" -v seconds="$seconds" -v connections="$connections" -v order="${names[*]}" -v json="$json" -v logs="$peer_logs" \
  -v alone="${PENSTOCK_BENCH_ALONE:-no}" -f scripts/lib/bench/columns.awk -f scripts/lib/bench/policies.awk "$work/turns"
