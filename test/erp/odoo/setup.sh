#!/usr/bin/env bash
# A real Odoo 19 Community on loopback with PostgreSQL and a demo company. Debian has the package odoo-19 in its unstable
# suite only, so it is fetched from there, unpacked and not installed, and runs on the machine's own Python.
#   setup.sh DEST        DEST: a folder of its own, everything is written there
#   ODOO_DEB=/path/odoo-19_….deb setup.sh DEST       uses a kept package instead of fetching one
# Ends with 3 when a package cannot be had, with 1 on any other trouble. A second run gives the clean database back.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/common.sh"
PACKAGE=odoo-19
MODULES=stock,purchase_stock,sale_stock,stock_delivery,product_expiry
PYTHON_PACKAGES=(
  asn1crypto babel cbor2 chardet cryptography dateutil docutils freezegun geoip2 gevent greenlet idna jinja2
  libsass lxml magic markupsafe num2words ofxparse openpyxl openssl passlib pil polib psutil psycopg2 pypdf
  qrcode reportlab requests rjsmin serial stdnum tz urllib3 usb vobject werkzeug xlrd xlsxwriter xlwt zeep
)

# The address of the Debian mirror that this machine's apt already uses (not the security archive).
mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' | awk '$1 == "Debian" && !found { found = $2 } END { print found }'
}

fetch_odoo() {
  local private="$DEST/apt" address options
  if [[ -n "${ODOO_DEB:-}" ]]; then
    [[ -s "$ODOO_DEB" ]] || die "ODOO_DEB=$ODOO_DEB is not a file" 3
    cp "$ODOO_DEB" "$DEST/odoo.deb"
    return
  fi
  command -v apt-get >/dev/null || die "no apt-get here, so Odoo cannot be fetched" 3
  address="$(mirror)"
  if [[ -z "$address" && "$(id -u)" == 0 ]]; then apt-get update -qq || true; address="$(mirror)"; fi
  [[ -n "$address" ]] || die "apt knows no Debian mirror, so Odoo cannot be fetched" 3
  mkdir -p "$private/lists/partial" "$private/cache/archives/partial"
  echo "deb $address unstable main" > "$private/unstable.list"
  # Its own lists, cache and status: nothing of the system's apt is touched. A mirror may lag behind; its index is signed
  # all the same.
  options=(-qq -o "Dir::Etc::sourcelist=$private/unstable.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$private/lists" -o "Dir::Cache=$private/cache" -o Dir::State::status=/dev/null
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::Check-Valid-Until=false)
  apt-get "${options[@]}" update || die "Debian's unstable suite cannot be read, so Odoo cannot be fetched" 3
  (cd "$private" && apt-get "${options[@]}" download "$PACKAGE") \
    || die "Debian's unstable suite has no $PACKAGE that can be fetched" 3
  mv "$private/$PACKAGE"_*.deb "$DEST/odoo.deb"
  rm -rf "$private"
}

unpack_odoo() {
  mkdir "$DEST/tree"
  # The translations are two thirds of the size and not needed.
  dpkg-deb --fsys-tarfile "$DEST/odoo.deb" \
    | tar -x -C "$DEST/tree" --no-same-owner --exclude='*.po' --exclude='*.pot' ./usr/lib
  lap "$(dpkg-deb -f "$DEST/odoo.deb" Package Version | tr '\n' ' ')unpacked"
}

write_configuration() {
  cat > "$DEST/run/odoo.conf" <<CONF
[options]
db_host = $DEST/run
db_user = odoo
addons_path = $DEST/tree/usr/lib/python3/dist-packages/odoo/addons
data_dir = $DEST/data
http_interface = 127.0.0.1
http_port = $(free_port)
gevent_port = $(free_port)
admin_passwd = $(head -c 15 /dev/urandom | base64)
list_db = False
without_demo = True
max_cron_threads = 0
CONF
}

make_clean_database() {
  "${AS_USER[@]}" "$PG/createuser" --createdb odoo
  "${ODOO[@]}" -c "$DEST/run/odoo.conf" -d clean -i "$MODULES" --stop-after-init --log-level=error \
    >>"$DEST/setup.log" 2>&1 \
    || { tail -n 20 "$DEST/setup.log" >&2; die "the modules could not be installed, see $DEST/setup.log"; }
  lap "modules"
  # The shell ends with 0 whatever happens in it, so the last thing that the script writes is the proof.
  KEYS_FILE="$DEST/run/keys" "${ODOO[@]}" shell \
    -c "$DEST/run/odoo.conf" -d clean --no-http --log-level=error < "$HERE/demo.py" >>"$DEST/setup.log" 2>&1 || true
  [[ -s "$DEST/run/keys" ]] || { tail -n 20 "$DEST/setup.log" >&2; die "the demo company could not be made, see $DEST/setup.log"; }
  lap "demo company"
}

trap '[[ ! -d "$DEST/run" ]] || "$HERE/stop.sh" "$DEST"' EXIT
mkdir -p "$DEST"
[[ -O "$DEST" ]] || die "$DEST belongs to somebody else"
"$HERE/stop.sh" "$DEST"

if [[ ! -e "$DEST/clean" ]]; then
  rm -rf "${DEST:?}"/*
  # Odoo first: when it cannot be had, nothing else need be installed. PostgreSQL refuses to run as root.
  chmod 711 "$DEST"
  fetch_odoo
  install_postgres
  install_missing python3 "${PYTHON_PACKAGES[@]/#/python3-}"
  unpack_odoo
  mkdir "$DEST/db" "$DEST/run" "$DEST/data"
  umask 077
  write_configuration
  give_to_user "$DEST/db" "$DEST/run" "$DEST/data" "$DEST/tree"
  make_cluster
  start_postgres
  make_clean_database
  printf '{"url":"http://127.0.0.1:%s","database":"stockhand",%s\n' \
    "$(sed -n 's/^http_port = //p' "$DEST/run/odoo.conf")" "$(tail -c +2 "$DEST/run/keys")" > "$DEST/connection.json"
  touch "$DEST/clean"
else
  start_postgres
  "${AS_USER[@]}" "$PG/dropdb" --if-exists --force stockhand
fi
"${AS_USER[@]}" "$PG/createdb" -T clean -O odoo stockhand
rm -rf "$DEST/data/filestore/stockhand"
[[ ! -d "$DEST/data/filestore/clean" ]] || cp -a "$DEST/data/filestore/clean" "$DEST/data/filestore/stockhand"
lap "clean database"
