# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Within namespaces of our own, whose end ends everything here: makes the hosts, then stage after stage. Sourced by scripts/lab.

work=$PENSTOCK_LAB_WORK
# This is the first process of its process namespace: the kernel ends all others with it.
trap 'exit 130' INT TERM

ip link set lo up
read_article && shared_hosts && start_shared && start_loader || exit 1
for stage in ${stages//,/ }; do start_stage "$stage" || exit 1; done
shared_ready || exit 1
if in_host client test -e /proc/sys/net/ipv4/tcp_tw_recycle; then printf 'recycle\tyes\n'; else printf 'recycle\tno\n'; fi >>"$work/run/facts"
for stage in ${stages//,/ }; do "stage_$stage" || exit 1; done
