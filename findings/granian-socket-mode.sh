#!/usr/bin/env bash
# The mode that granian gives its unix socket is read as a decimal number.
#
# Expected of --uds-permissions 660: rw-rw----, as chmod, nginx and systemd write it.
# Seen with granian 2.8.7: 660 makes the mode 1224 (--w--w-r-T, decimal 660 in octal): the socket's own user
# may not read it and everybody else may; only 0660, with a leading nought, is octal.
# Fails when that changes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "granian==2.8.7"
cat >"$folder/app.py" <<'PY'
def application(environ, start_response):
    start_response("200 OK", [])
    return [b""]
PY
mode_of() {
  local socket="$folder/$1.sock" server mode
  (cd "$folder" && exec "$folder/venv/bin/granian" --interface wsgi --uds "$socket" --uds-permissions "$1" app:application >"$folder/log" 2>&1) &
  server=$!
  for _ in $(seq 300); do [ -S "$socket" ] && mode=$(stat -c %a "$socket") && [ "$mode" != 755 ] && break; sleep 0.1; done
  kill "$server"; wait "$server" 2>/dev/null || true
  echo "${mode:-none}"
}
decimal=$(mode_of 660) octal=$(mode_of 0660)
echo "granian 2.8.7: --uds-permissions 660 makes mode $decimal, 0660 makes mode $octal"
[ "$decimal" = 1224 ] && [ "$octal" = 660 ] && echo "as described"
