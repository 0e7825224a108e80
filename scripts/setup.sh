# Set-up that demo.sh and test.sh share: source it, then call `setup PACKAGE...`. Installs what is
# missing with apt, asks nothing, and is over in no time when nothing is.
# shellcheck shell=bash

BUILD_PACKAGES=(
  build-essential cmake ninja-build ccache pkg-config
  libsoci-dev libpq-dev libhowardhinnant-date-dev libboost1.81-dev libcpp-httplib-dev
  nlohmann-json3-dev libsimdjson-dev libfmt-dev libcli11-dev libtomlplusplus-dev
  libsodium-dev libssl-dev zlib1g-dev libxlsxwriter-dev libexpat1-dev libzip-dev tzdata postgresql-15
)
TEST_PACKAGES=(
  libgtest-dev libgmock-dev librapidcheck-dev
  hledger ledger beancount gnumeric libxml2-utils  # they read what fenqi exports
)
# Asked for by no script: apt-get install them to build schedule_bench.
# shellcheck disable=SC2034
BENCH_PACKAGES=(libbenchmark-dev)

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# Prints those of the packages that are not installed.
missing_packages() {
  local package state
  for package in "$@"; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=absent
    [[ $state == installed ]] || printf '%s\n' "$package"
  done
}

# Runs a command as root.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -q -y \
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Keeps Debian from making and starting a server of its own when it installs PostgreSQL: fenqi runs
# one under its data directory. Somebody who has the file has decided already.
keep_debian_from_starting_a_server() {
  local file=/etc/postgresql-common/createcluster.conf
  if [[ ! -e $file ]]; then
    as_root mkdir -p /etc/postgresql-common
    printf 'create_main_cluster = false\n' | as_root tee "$file" >/dev/null
  fi
}

setup() {
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  if [[ ${#missing[@]} == 0 ]]; then return 0; fi

  command -v apt-get >/dev/null ||
    die "this is no Debian (there is no apt-get); install by hand what these packages hold: ${missing[*]}"
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || die "these packages are missing, and there is no sudo; run as root:
  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; } ||
      die "these packages are missing, and sudo wants a password; run:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
  fi

  local log
  log=$(mktemp)
  say "installing ${#missing[@]} packages: ${missing[*]}"
  [[ " ${missing[*]} " != *" postgresql-15 "* ]] || keep_debian_from_starting_a_server
  # The lists may be recent enough; if not, or if there are none, they are fetched.
  if ! apt_get install --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    apt_get update >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "apt-get update failed"; }
    if ! apt_get install --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      die "apt-get can't install: $(missing_packages "${missing[@]}" | tr '\n' ' ')"
    fi
  fi
  rm -f "$log"
}

# Configures and builds a preset (then targets); where nothing changed, ninja is done at once.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if [[ ! -e build/$preset/build.ninja ]]; then
    say "configuring build/$preset"
    cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; die "cmake failed"; }
  fi
  say "building build/$preset"
  if [[ -t 2 ]]; then
    cmake --build --preset "$preset" -- "$@" >&2 || die "the build failed"
  else
    cmake --build --preset "$preset" -- "$@" >"$log" 2>&1 || { tail -n 60 "$log" >&2; die "the build failed"; }
  fi
  rm -f "$log"
}
