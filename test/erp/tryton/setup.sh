#!/usr/bin/env bash
# A real Tryton 6.0 on loopback, from Debian's own packages, with PostgreSQL and a demo company.
#   setup.sh DEST        DEST: a folder of its own, everything is written there
# Ends with 3 when a package cannot be had, with 1 on any other trouble. A second run gives the clean database back.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/common.sh"
PACKAGES=(
  python3 python3-psycopg2 tryton-server tryton-proteus
  tryton-modules-stock tryton-modules-stock-lot tryton-modules-stock-lot-sled tryton-modules-stock-package
  tryton-modules-stock-package-shipping tryton-modules-purchase tryton-modules-sale tryton-modules-account-invoice-stock
)
MODULES=(ir res stock purchase sale stock_lot stock_lot_sled stock_package stock_package_shipping account_invoice_stock)

write_configuration() {
  # Random passwords: others may share the machine. No character twice, Tryton refuses repeated ones.
  local name
  for name in admin bridge; do
    shuf --random-source=/dev/urandom -n 20 -e {a..z} {0..9} | tr -d '\n' > "$DEST/run/$name-password"
  done
  cat > "$DEST/run/trytond.conf" <<CONF
[web]
listen = 127.0.0.1:$(free_port)
[database]
uri = postgresql:///
[session]
authentications = password
CONF
}

make_clean_database() {
  "${AS_USER[@]}" "$PG/createdb" clean
  "${AS_USER[@]}" env TRYTONPASSFILE="$DEST/run/admin-password" trytond-admin -c "$DEST/run/trytond.conf" -d clean \
    --email admin@example.com -u "${MODULES[@]}" --activate-dependencies >>"$DEST/setup.log" 2>&1 \
    || { tail -n 20 "$DEST/setup.log" >&2; die "the schema could not be made, see $DEST/setup.log"; }
  lap "schema and modules"
  "${AS_USER[@]}" /usr/bin/python3 -W ignore - "$DEST/run/trytond.conf" clean "$DEST/run/bridge-password" \
    < "$HERE/demo.py" >>"$DEST/setup.log" 2>&1 \
    || { tail -n 20 "$DEST/setup.log" >&2; die "the demo company could not be made, see $DEST/setup.log"; }
  lap "demo company"
}

trap '[[ ! -d "$DEST/run" ]] || "$HERE/stop.sh" "$DEST"' EXIT
mkdir -p "$DEST"
[[ -O "$DEST" ]] || die "$DEST belongs to somebody else"
"$HERE/stop.sh" "$DEST"

if [[ ! -e "$DEST/clean" ]]; then
  rm -rf "${DEST:?}"/*
  chmod 711 "$DEST"
  install_postgres
  install_missing "${PACKAGES[@]}"
  mkdir "$DEST/db" "$DEST/run"
  umask 077
  write_configuration
  give_to_user "$DEST/db" "$DEST/run"
  make_cluster
  start_postgres
  make_clean_database
  printf '{"url":"http://127.0.0.1:%s","database":"stockhand","user":"stockhand","password":"%s","adminPassword":"%s"}\n' \
    "$(port)" "$(cat "$DEST/run/bridge-password")" "$(cat "$DEST/run/admin-password")" > "$DEST/connection.json"
  touch "$DEST/clean"
else
  start_postgres
  "${AS_USER[@]}" "$PG/dropdb" --if-exists --force stockhand
fi
"${AS_USER[@]}" "$PG/createdb" -T clean stockhand
lap "clean database"
