#!/usr/bin/env bash
# fenqi db and fenqi migrate as a user meets them: what they print, and their exit codes.
# usage: database_command_test.sh FENQI
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
fenqi=$(realpath "$1")
home=$(mktemp -d)
chmod 755 "$home"
unset FENQI_DATABASE_URL FENQI_DATABASE
export FENQI_HOME=$home/var

finish() {
  "$fenqi" db stop 2>/dev/null
  rm -rf "$home"
}
trap finish EXIT

expect 2 "" "$fenqi" db
expect 2 "" "$fenqi" db nonsense
expect 69 "no database" "$fenqi" db status
expect 0 "it wasn't running" "$fenqi" db stop
[[ ! -e $FENQI_HOME ]] || fail "asking made a data directory"
expect 0 "runs" "$fenqi" db start
expect 0 "running" "$fenqi" db status
expect 0 "applied" "$fenqi" migrate
expect 0 "up to date" "$fenqi" migrate
expect 0 "fenqi|fenqi" "$fenqi" db psql -- -XAtc "SELECT current_user, current_database()"
expect 1 "division by zero" "$fenqi" db psql -- -Xc "SELECT 1 / 0"
expect 0 "postgres|postgres" "$fenqi" db psql -- -U postgres -d postgres -XAtc "SELECT current_user, current_database()"
expect 0 "other" env FENQI_DATABASE=other "$fenqi" db psql -- -XAtc "SELECT current_database()"
expect 0 "" "$fenqi" db psql -- -Xc "INSERT INTO schema_migration VALUES (9999, '9999_later', '')"
expect 1 "newer than this program" "$fenqi" migrate
expect 0 "" "$fenqi" db psql -- -Xc "DELETE FROM schema_migration WHERE version = 9999"
expect 0 "" "$fenqi" db psql -- -Xc "UPDATE schema_migration SET sha256 = '' WHERE version = 2"
expect 1 "0002_" "$fenqi" migrate
expect 0 "stopped" "$fenqi" db stop
expect 69 "stopped" "$fenqi" db status

expect 69 "127.0.0.1" env FENQI_DATABASE_URL=postgresql://nobody@127.0.0.1:9/none "$fenqi" migrate
expect 1 "server of your own" env FENQI_DATABASE_URL=postgresql://nobody@127.0.0.1:9/none "$fenqi" db stop
expect 69 "can't make the data directory" env FENQI_HOME=/dev/null/home "$fenqi" db start

# A full disk, where we may mount one: first too small for a database, then filled while it is
# stopped, then filled by a statement.
full_disk() {
  local disk=$home/disk
  mkdir "$disk"
  mount -t tmpfs -o size=20m,mode=755 tmpfs "$disk" || return 1
  export FENQI_HOME=$disk/var
  expect 69 "no space left on the disk of $disk/var" "$fenqi" db start
  mount -o remount,size=300m "$disk"
  expect 0 "runs" "$fenqi" db start
  expect 0 "applied" "$fenqi" migrate
  cat /dev/zero >"$disk/ballast" 2>/dev/null
  expect 69 "No space left" env FENQI_DATABASE=more "$fenqi" migrate
  rm "$disk/ballast"
  expect 0 "applied" env FENQI_DATABASE=more "$fenqi" migrate
  expect 0 "stopped" "$fenqi" db stop
  cat /dev/zero >"$disk/ballast" 2>/dev/null
  expect 69 "no space left on the disk of $disk/var" "$fenqi" db start
  rm "$disk/ballast"
  expect 0 "up to date" "$fenqi" migrate
  expect 0 "stopped" "$fenqi" db stop
  umount "$disk"
  return "$failures"
}
if [[ $(id -u) == 0 ]] && unshare --mount true 2>/dev/null; then
  export -f expect fail full_disk
  export fenqi home failures=$failures
  unshare --mount bash -c 'set -uo pipefail; full_disk'
  failures=$?
else
  echo "skipped: a full disk (only root can mount a small one)"
fi

exit $((failures > 0))
