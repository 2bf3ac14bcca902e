#!/usr/bin/env bash
# Builds one large access list's exact permit set here and with the BuDDy library, in one run, and
# holds the packet counts against each other.
#
# usage: Benchmarks/compare-acl.sh BDD_ACL.c [RULES]
#
# BDD_ACL.c is a C program that, compiled with -DBUDDY, reads three lists and a zone file, and with
# ONLYA set prints "build A only T ms (N nodes, ...) packets P". BuDDy is Debian's libbdd-dev.
set -euo pipefail
if [ $# -lt 1 ] || [ ! -f "$1" ]; then
  echo "usage: $0 BDD_ACL.c [RULES]" >&2
  exit 64
fi
source=$(realpath "$1")
rules=${2:-10000}
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
swift build -c release --product acl-build
tool=$(swift build -c release --show-bin-path)/acl-build
gcc -O3 -march=native -DBUDDY "$source" -lbdd -lm -o "$work/buddy"
"$tool" --generate "$rules" >"$work/acl.num"

for round in 1 2 3; do
  "$tool" "$work/acl.num" | tee "$work/ours"
  ONLYA=1 "$work/buddy" "$work/acl.num" "$work/acl.num" "$work/acl.num" - sd dc | tee "$work/theirs"
done
awk '
  FNR == 1 { file += 1 }
  file == 1 { match($0, /build [0-9.]+/); ours = substr($0, RSTART + 6, RLENGTH - 6) }
  file == 2 { match($0, /only [0-9.]+/); theirs = substr($0, RSTART + 5, RLENGTH - 5) }
  { match($0, /packets [0-9.e+]+/); packets[file] = substr($0, RSTART + 8, RLENGTH - 8) + 0 }
  END {
    difference = (packets[1] - packets[2]) / packets[2]
    if (difference < 0) difference = -difference
    printf "BuDDy %s ms, here %s ms: %.1f times as fast\n", theirs, ours, theirs / ours
    # BuDDy prints ten digits.
    if (difference > 1e-9) { print "the packet counts differ"; exit 1 }
    print "the packet counts agree"
  }' "$work/ours" "$work/theirs"
