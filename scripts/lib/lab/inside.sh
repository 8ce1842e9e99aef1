# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Within namespaces of our own, whose end ends everything here: makes the hosts, then stage after stage. Sourced by scripts/lab.

work=$PENSTOCK_LAB_WORK
# The folder is not ours to remove: the report is made of it.
end_lab() {
  trap - EXIT INT TERM
  work='' end_pids ${started_pids[@]+"${started_pids[@]}"}
}
trap end_lab EXIT
trap 'exit 130' INT TERM

ip link set lo up
read_article && shared_hosts && start_shared || exit 1
if in_host client test -e /proc/sys/net/ipv4/tcp_tw_recycle; then printf 'recycle\tyes\n'; else printf 'recycle\tno\n'; fi >>"$work/run/facts"
for stage in ${stages//,/ }; do
  case $stage in
    1 | 2) "stage_$stage" ;;
    *) later_stage "$stage" ;;
  esac || exit 1
done
