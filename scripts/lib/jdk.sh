# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Finds the newest JDK that can build and run Penstock, whatever `java` on the PATH is.
#   jdk_find [FOLDER...]   prints its home; 2 and one sentence on stderr when there is none
#   jdk_use                the same, exported as JAVA_HOME and put first on the PATH
#   jdk_feature HOME       prints its feature release: 25
# A FOLDER is a JDK's home or a folder of homes; without any, the usual places are searched.
# Written for bash 3.2 too, which is what macOS ships.

JDK_OLDEST=21

# The folders that installers use. A pattern that matches nothing is skipped later.
jdk_places() {
  local linked
  if [ -n "${JAVA_HOME:-}" ]; then printf '%s\n' "$JAVA_HOME"; fi
  if linked=$(command -v javac 2>/dev/null || command -v java 2>/dev/null); then
    linked=$(jdk_resolved "$linked")
    printf '%s\n' "${linked%/bin/*}"
  fi
  printf '%s\n' /usr/lib/jvm /usr/lib64/jvm /usr/java /usr/local /usr/local/lib/jvm /opt /opt/java /opt/jdk \
    /Library/Java/JavaVirtualMachines /usr/local/opt /opt/homebrew/opt
  if [ -n "${HOME:-}" ]; then
    printf '%s\n' "$HOME/.sdkman/candidates/java" "$HOME/.jdks" "$HOME/.jbang/cache/jdks" \
      "$HOME/.asdf/installs/java" "$HOME/.local/share/mise/installs/java" "$HOME/.gradle/jdks" \
      "$HOME/Library/Java/JavaVirtualMachines"
  fi
}

# `readlink -f` without needing GNU's.
jdk_resolved() {
  local path=$1 target hops=0
  while [ -L "$path" ] && [ "$hops" -lt 16 ]; do
    target=$(readlink "$path")
    case $target in
      /*) path=$target ;;
      *) path=$(dirname "$path")/$target ;;
    esac
    hops=$((hops + 1))
  done
  printf '%s\n' "$path"
}

# 25.0.3, from the release file, or by asking the JVM where a vendor leaves that file out.
jdk_version() {
  local line
  if [ -r "$1/release" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in
        JAVA_VERSION=*)
          line=${line#JAVA_VERSION=}
          line=${line//\"/}
          printf '%s\n' "${line%$'\r'}"
          return 0
          ;;
      esac
    done <"$1/release"
  fi
  line=$("$1/bin/java" -version 2>&1 </dev/null) || return 1
  case $line in
    *version\ \"*)
      line=${line#*version \"}
      printf '%s\n' "${line%%\"*}"
      ;;
    *) return 1 ;;
  esac
}

# 25.0.3 -> 25, 26-ea -> 26, 1.8.0_392 -> 8
jdk_feature_of() {
  local version=${1#1.}
  version=${version%%[!0-9]*}
  [ -n "$version" ] || return 1
  printf '%s\n' "$version"
}

jdk_feature() {
  local version
  version=$(jdk_version "$1") || return 1
  jdk_feature_of "$version"
}

# One number per version, so that 25.0.10 is newer than 25.0.9 and 25 is newer than 25-ea.
jdk_rank() {
  local version=$1 final=1 digits
  case $version in *-*) final=0 ;; esac
  version=${version%%[-+]*}
  version=${version#1.}
  IFS=._ read -r -a digits <<<"$version"
  printf '%d%04d%04d%04d%d\n' "$((10#${digits[0]:-0}))" "$((10#${digits[1]:-0}))" \
    "$((10#${digits[2]:-0}))" "$((10#${digits[3]:-0}))" "$final"
}

jdk_homes() {
  local place inside home
  while IFS= read -r place; do
    for inside in "$place" "$place"/*; do
      for home in "$inside" "$inside/Contents/Home" "$inside/libexec/openjdk.jdk/Contents/Home"; do
        # Without javac it is a runtime only, and cannot build. In /usr/bin macOS keeps stand-ins.
        if [ -x "$home/bin/java" ] && [ -x "$home/bin/javac" ] && [ "$home" != /usr ]; then
          printf '%s\n' "$home"
        fi
      done
    done
  done
}

jdk_find() {
  local home version feature rank best='' best_rank=0 newest_refused=''
  while IFS= read -r home; do
    version=$(jdk_version "$home") || continue
    feature=$(jdk_feature_of "$version") || continue
    if [ "$feature" -lt "$JDK_OLDEST" ]; then
      newest_refused=" (found only $version in $home)"
      continue
    fi
    rank=$(jdk_rank "$version")
    if [ "$rank" -gt "$best_rank" ]; then
      best=$home
      best_rank=$rank
    fi
  done < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else jdk_places; fi | jdk_homes)
  if [ -z "$best" ]; then
    printf 'Penstock needs a JDK of %s or newer with javac%s: install one, for example Temurin 25 or your system'"'"'s openjdk-%s-jdk package, or set JAVA_HOME to where it is.\n' \
      "$JDK_OLDEST" "$newest_refused" "$JDK_OLDEST" >&2
    return 2
  fi
  printf '%s\n' "$best"
}

jdk_use() {
  local home
  home=$(jdk_find "$@") || return 2
  JAVA_HOME=$home
  PATH=$home/bin:$PATH
  export JAVA_HOME PATH
}
