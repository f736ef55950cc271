# Read by setup.sh, start.sh and stop.sh of Odoo.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
# In front of Odoo's own arguments. It must not take the database's owner from the environment: it refuses to run as that.
ODOO=("${AS_USER[@]}" env -u PGUSER -u PGHOST -u PGPORT "PYTHONPATH=$DEST/tree/usr/lib/python3/dist-packages" /usr/bin/python3 -m odoo)
