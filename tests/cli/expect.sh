# shellcheck shell=bash
# Sourced by the tests of commands. They end with `exit $((failures > 0))`.
failures=0
output=  # of the command expected last, both streams

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect STATUS TEXT COMMAND...: the exit status, and a text its output must hold
expect() {
  local want=$1 text=$2 status
  shift 2
  output=$("$@" 2>&1)
  status=$?
  if [[ $status != "$want" || $output != *"$text"* ]]; then
    fail "$(printf '%s\n  exit %s instead of %s, or without "%s":\n%s' "$*" "$status" "$want" "$text" "$output")"
  fi
}
