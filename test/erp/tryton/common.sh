# Read by setup.sh, start.sh and stop.sh of Tryton.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
port() { sed -n 's/^listen = 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$DEST/run/trytond.conf"; }
