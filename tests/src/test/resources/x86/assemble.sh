#!/usr/bin/env bash
# Writes encodings.txt: what GNU as 2.40 makes of each line of instructions.txt.
# Four bytes of displacement and the longer VEX prefix are asked for, since the assembler under test uses no others.
set -euo pipefail
cd "$(dirname "$0")"
out=$(mktemp -d)
while IFS= read -r line; do
  prefix=""
  case "$line" in
    *ymm*) prefix="{vex3} " ;;
  esac
  case "$line" in
    *"["*) prefix="$prefix{disp32} " ;;
  esac
  printf '.intel_syntax noprefix\n%s%s\n' "$prefix" "$line" | as --64 -o "$out/one.o" -
  objcopy -O binary -j .text "$out/one.o" "$out/one.bin"
  printf '%s | %s\n' "$(od -An -v -tx1 "$out/one.bin" | tr -d ' \n')" "$line"
done < instructions.txt > encodings.txt
rm -r "$out"
