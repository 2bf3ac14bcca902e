# Counts the tests of xUnit files: prints "PASSED FAILED". A test with several failures counts once,
# and a file whose totals do not agree with its tests counts as one failure more.
#
#   awk -f Scripts/count.awk FILE...

# The tests that are stated are those that ran; those that were skipped are stated besides.
/<testsuite / {
  if (match($0, / tests="[0-9]+"/)) stated += substr($0, RSTART + 8, RLENGTH - 9)
  if (match($0, / skipped="[0-9]+"/)) stated += substr($0, RSTART + 10, RLENGTH - 11)
}
/<testcase / { tests++; failing = 0; skipping = 0 }
/<(failure|error)[ >\/]/ { if (!failing) { failing = 1; failed++ } }
/<skipped[ >\/]/ { if (!skipping && !failing) { skipping = 1; skipped++ } }
END {
  if (stated != tests) failed++
  passed = tests - failed - skipped
  printf "%d %d\n", (passed < 0 ? 0 : passed), failed
}
