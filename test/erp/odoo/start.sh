#!/usr/bin/env bash
# Starts the Odoo that setup.sh made, and its database.   start.sh DEST
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/common.sh"
[[ -s "$DEST/connection.json" ]] || die "nothing is set up in $DEST: run setup.sh first"
PORT="$(sed -n 's/^http_port = //p' "$DEST/run/odoo.conf")"
if ours "$(pid_of odoo)"; then echo "already running, port $PORT"; exit 0; fi
if open_port "$PORT"; then die "port $PORT is taken by another process"; fi
# The health page answers with 200 once the registry is loaded.
answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$PORT"; printf 'GET /web/health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
    read -r -t 20 line <&3; [[ "$line" == *' 200 '* ]]) 2>/dev/null
}
start_postgres
cd "$DEST/data"
setsid "${ODOO[@]}" -c "$DEST/run/odoo.conf" -d stockhand --db-filter='^stockhand$' --log-level=warn \
  </dev/null >"$DEST/server.log" 2>&1 &
pid=$!
echo "$pid" > "$DEST/run/odoo.pid"
for _ in $(seq 600); do
  if ! kill -0 "$pid" 2>/dev/null; then
    tail -n 20 "$DEST/server.log" >&2
    "$HERE/stop.sh" "$DEST"
    die "Odoo ended at once"
  fi
  if answers; then lap "Odoo answers on 127.0.0.1:$PORT, pid $pid"; exit 0; fi
  sleep 0.2
done
"$HERE/stop.sh" "$DEST"
die "no answer on port $PORT after two minutes, see $DEST/server.log"
