#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# nginx.sh ROOT WORK STAGE BACKEND REDIS-HOST REDIS-PORT PORT: nginx + Lua as the article has it, in the network namespace where this runs.
set -uo pipefail
cd "$1" || exit 2
# shellcheck disable=SC2034 # read by peers.sh
work=$2 stage=$3 peer_logs=off redis_host=$5 redis_port=$6 listen_host=0.0.0.0 port=$7
. scripts/lib/bench/process.sh
. scripts/lib/bench/peers.sh
PATH=$PATH:/usr/sbin
# The times of its log are read again.
export TZ=UTC
case $stage in
  1 | 2) start_lua_untuned "$port" ;;
  3) start_lua_redis_pool "$port" ;;
  *) start_lua_tuned "$port" ;;
esac
# shellcheck disable=SC2154 # set by spawn
wait "$spawned"
