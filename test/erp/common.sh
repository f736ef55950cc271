# Read by the setup.sh, start.sh and stop.sh of every test ERP; the folder to use is the first argument of each.
# Everything lies in that folder: a PostgreSQL that listens on a socket only, the ERP, pids, logs.
export LC_ALL=C.UTF-8 TZ=UTC PYTHONWARNINGS=ignore
die() { echo "$(basename "$0"): $1" >&2; exit "${2:-1}"; }
lap() { printf '%5ds  %s\n' "$SECONDS" "$*"; }
[[ "${1:-}" == /* ]] || die "the first argument is the folder to use, from /"
DEST="$1"
export PGHOST="$DEST/run" PGPORT=5432
# The newest PostgreSQL of Debian's place.
PG="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)"
AS="$(id -un)"
if [[ "$(id -u)" == 0 ]]; then AS="$(getent passwd postgres >/dev/null && echo postgres || echo nobody)"; fi
export PGUSER="$AS"

# In front of a command: runs it without the rights of root. An array, not a function, so that $! is the command's own pid.
AS_USER=()
if [[ "$(id -u)" == 0 ]]; then AS_USER=(setpriv --reuid "$AS" --regid "$(id -g "$AS")" --clear-groups --); fi
give_to_user() { if [[ "$(id -u)" == 0 ]]; then chown -R "$AS" "$@"; fi; }
free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
open_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# A pid may belong to another process by now: ours names our folder in its command line.
ours() { [[ "$1" =~ ^[0-9]+$ ]] && tr '\0' ' ' 2>/dev/null < "/proc/$1/cmdline" | grep -qF -- "$DEST/"; }
pid_of() { cat "$DEST/run/$1.pid" 2>/dev/null || true; }

# Debian packages that are missing. What cannot be had ends with 3, so that a caller can tell it from a mistake of ours.
install_missing() {
  local missing=() name
  for name in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$name" 2>/dev/null || true)" == ii* ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  [[ "$(id -u)" == 0 ]] || die "run as root once, these Debian packages are missing: ${missing[*]}" 3
  command -v apt-get >/dev/null || die "no apt-get here, and these packages are missing: ${missing[*]}" 3
  apt-get install -qq --dry-run "${missing[@]}" >/dev/null 2>&1 || apt-get update -qq \
    || die "the list of packages cannot be fetched" 3
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600 \
    "${missing[@]}" >/dev/null || die "these Debian packages cannot be had: ${missing[*]}" 3
  lap "${#missing[@]} packages installed"
}

# PostgreSQL where there is none, and the paths to it. Its packages must not make and start a cluster of the machine's own.
install_postgres() {
  if [[ -n "$PG" ]]; then return 0; fi
  install_missing postgresql-common
  [[ "$(id -u)" != 0 ]] || sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  install_missing postgresql
  . "$(dirname "${BASH_SOURCE[0]}")/common.sh" "$DEST"
}

make_cluster() {
  "${AS_USER[@]}" "$PG/initdb" -D "$DEST/db/files" -U "$AS" -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$DEST/setup.log" 2>&1 || die "initdb failed, see $DEST/setup.log"
}
start_postgres() {
  if ours "$(pid_of postgres)"; then return 0; fi
  [[ -n "$PG" ]] || die "no PostgreSQL under /usr/lib/postgresql" 3
  # The cluster listens on a socket in its own folder, so it takes no port. The tests never cut the power: no fsync.
  "${AS_USER[@]}" setsid "$PG/postgres" -D "$DEST/db/files" -h '' -k "$DEST/run" -c fsync=off -c jit=off -c autovacuum_naptime=1s -c max_connections=100 \
    </dev/null >>"$DEST/postgres.log" 2>&1 &
  echo "$!" > "$DEST/run/postgres.pid"
  for _ in $(seq 300); do
    if "${AS_USER[@]}" "$PG/pg_isready" -q; then return 0; fi
    kill -0 "$(pid_of postgres)" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$DEST/postgres.log" >&2
  die "PostgreSQL does not answer, see $DEST/postgres.log"
}

# stop_processes NAME:SIGNAL …  in this order; a process that does not go within ten seconds is killed.
stop_processes() {
  local pair pid
  for pair in "$@"; do
    pid="$(pid_of "${pair%:*}")"
    if ours "$pid"; then
      kill -"${pair#*:}" "$pid" 2>/dev/null || true
      for _ in $(seq 100); do ours "$pid" || break; sleep 0.1; done
      if ours "$pid"; then kill -KILL "$pid" 2>/dev/null || true; fi
    fi
    rm -f "$DEST/run/${pair%:*}.pid"
  done
}
