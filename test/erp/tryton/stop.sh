#!/usr/bin/env bash
# Stops the Tryton and the PostgreSQL of this folder and no other process.   stop.sh DEST
set -euo pipefail
. "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/common.sh"
# SIGINT ends PostgreSQL at once for connected clients, SIGTERM would wait for them.
stop_processes trytond:TERM postgres:INT
