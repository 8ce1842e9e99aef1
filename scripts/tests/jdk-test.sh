#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"
. "$here/../lib/jdk.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# fake HOME VERSION: a JDK with a release file.
fake() {
  mkdir -p "$folder/$1/bin"
  printf '#!/bin/sh\nexit 1\n' >"$folder/$1/bin/java"
  cp "$folder/$1/bin/java" "$folder/$1/bin/javac"
  chmod +x "$folder/$1/bin/java" "$folder/$1/bin/javac"
  printf 'IMPLEMENTOR="Nobody"\nJAVA_VERSION="%s"\n' "$2" >"$folder/$1/release"
}

it "takes the newest of several"
fake many/jdk-17 17.0.15
fake many/jdk-21 21.0.7
fake many/jdk-25 25.0.3
equals "$folder/many/jdk-25" "$(jdk_find "$folder/many")"

it "compares the parts of a version as numbers"
fake patches/a 25.0.9
fake patches/b 25.0.10
equals "$folder/patches/b" "$(jdk_find "$folder/patches")"

it "prefers a release to its early access build"
fake early/a 25-ea
fake early/b 25
equals "$folder/early/b" "$(jdk_find "$folder/early")"

it "takes a folder that is itself a JDK"
equals "$folder/many/jdk-21" "$(jdk_find "$folder/many/jdk-21")"

it "looks into a macOS bundle"
fake mac/temurin.jdk/Contents/Home 21.0.2
equals "$folder/mac/temurin.jdk/Contents/Home" "$(jdk_find "$folder/mac")"

it "passes over a runtime without javac"
fake runtime/jre 25.0.3
rm "$folder/runtime/jre/bin/javac"
fake runtime/jdk 21.0.7
equals "$folder/runtime/jdk" "$(jdk_find "$folder/runtime")"

it "asks the JVM where the release file is missing"
fake silent/jdk 0
rm "$folder/silent/jdk/release"
printf '#!/bin/sh\necho '"'"'openjdk version "23.0.1" 2024-10-15'"'"' >&2\n' >"$folder/silent/jdk/bin/java"
equals "23 $folder/silent/jdk" "$(jdk_feature "$folder/silent/jdk") $(jdk_find "$folder/silent")"

it "reads the old way of counting"
fake old/jdk8 1.8.0_392
equals 8 "$(jdk_feature "$folder/old/jdk8")"

it "passes over a version that makes no sense"
fake odd/jdk unknown
fake odd/jdk-21 21
equals "$folder/odd/jdk-21" "$(jdk_find "$folder/odd")"

it "copes with spaces in a path"
fake "with space/jdk 25" 25.0.1
equals "$folder/with space/jdk 25" "$(jdk_find "$folder/with space")"

it "searches JAVA_HOME, the PATH and the home folder"
fake home/.sdkman/candidates/java/99 99.0.1
fake path/jdk 98.0.1
fake set/jdk 97.0.1
equals "$folder/home/.sdkman/candidates/java/99" \
  "$(HOME=$folder/home PATH=$folder/path/jdk/bin:$PATH JAVA_HOME=$folder/set/jdk jdk_find)"
it "follows the link on the PATH to the JDK it belongs to"
mkdir -p "$folder/links"
ln -s ../path/jdk/bin/javac "$folder/links/javac"
equals "$folder/links/../path/jdk" "$(HOME=$folder/none PATH=$folder/links:$PATH JAVA_HOME=$folder/set/jdk jdk_find)"

it "says in one sentence what to install when there is none"
fake only/jdk-17 17.0.15
said=$(jdk_find "$folder/only" 2>&1)
equals 2 "$?"
contains "needs a JDK of 21 or newer with javac (found only 17.0.15 in $folder/only/jdk-17): install one" "$said"
equals 1 "$(printf '%s\n' "$said" | wc -l | tr -d ' ')"

it "exports what it found"
equals "$folder/many/jdk-25 $folder/many/jdk-25/bin/javac" \
  "$(jdk_use "$folder/many" && echo "$JAVA_HOME $(command -v javac)")"

finish
