#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# nginx.sh ROOT WORK STAGE BACKEND REDIS-HOST REDIS-PORT: nginx + Lua as the article has it, in the network namespace where this runs.
set -uo pipefail
cd "$1" || exit 2
# shellcheck disable=SC2034 # read by peers.sh
work=$2 stage=$3 peer_logs=off redis_host=$5 redis_port=$6 listen_host=0.0.0.0
. scripts/lib/bench/process.sh
. scripts/lib/bench/peers.sh
PATH=$PATH:/usr/sbin
case $stage in
  1 | 2) start_lua_untuned 8091 ;;
  3) start_lua_redis_pool 8091 ;;
  *) start_lua_tuned 8091 ;;
esac
# shellcheck disable=SC2154 # set by spawn
wait "$spawned"
