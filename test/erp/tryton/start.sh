#!/usr/bin/env bash
# Starts the Tryton that setup.sh made, and its database.   start.sh DEST
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/common.sh"
[[ -s "$DEST/connection.json" ]] || die "nothing is set up in $DEST: run setup.sh first"
if ours "$(pid_of trytond)"; then echo "already running, port $(port)"; exit 0; fi
if open_port "$(port)"; then die "port $(port) is taken by another process"; fi
start_postgres
"${AS_USER[@]}" setsid trytond -c "$DEST/run/trytond.conf" -d stockhand </dev/null >"$DEST/server.log" 2>&1 &
pid=$!
echo "$pid" > "$DEST/run/trytond.pid"
for _ in $(seq 600); do
  if ! kill -0 "$pid" 2>/dev/null; then
    tail -n 20 "$DEST/server.log" >&2
    "$HERE/stop.sh" "$DEST"
    die "Tryton ended at once"
  fi
  if open_port "$(port)"; then lap "Tryton answers on 127.0.0.1:$(port), pid $pid"; exit 0; fi
  sleep 0.1
done
"$HERE/stop.sh" "$DEST"
die "no answer on port $(port) after 60 s, see $DEST/server.log"
