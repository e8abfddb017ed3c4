#!/usr/bin/env bash
# Makes .venv ready for what one lock names: install.sh demo, or install.sh development.
# Does nothing, and asks no network, when it is ready already.
set -euo pipefail
cd "$(dirname "$0")/.."
source requirements/pythons.sh

venv=${VENV:-.venv}
python="$venv/bin/python"
lock="requirements/$1.txt"
log="$venv/install.log"

stamp_of() { echo "$venv/ready-$1-$(sha256sum "requirements/$1.txt" | cut -c1-16)"; }

is_kept() {
  local version
  version=$(version_of "$python") || return 1
  [ -z "${BASE_PYTHON:-}" ] || [ "$(version_of "$BASE_PYTHON")" = "$version" ]
}

create() {
  local base
  while read -r base; do
    echo "Creating $venv with Python $(version_of "$base")"
    if "$base" -m venv --clear "$venv"; then return 0; fi
    echo "$base could not make it; looking for another one."
  done < <(if [ -n "${BASE_PYTHON:-}" ]; then echo "$BASE_PYTHON"; else find_pythons; fi)
  echo "Tessera needs Python 3.11, 3.12 or 3.13 with its venv module, and found none that works." >&2
  echo "Install one (Debian and Ubuntu: apt-get install python3-venv), then try again." >&2
  return 1
}

# One line on a terminal, one for each ten packages elsewhere; all of pip's own words are in the log.
show_progress() {
  local total=$1 count=0 line
  while IFS= read -r line; do
    case $line in
      "Collecting "* | "Processing "* | "Requirement already satisfied: "*)
        count=$((count + 1))
        line=${line#Collecting } line=${line#Processing }
        line=${line#Requirement already satisfied: } line=${line%% *}
        if [ -t 1 ]; then
          printf '\r\033[K  %d of %d  %s' "$count" "$total" "${line##*/}"
        elif [ $((count % 10)) -eq 0 ]; then
          echo "  $count of $total"
        fi
        ;;
      "Installing collected packages"*)
        if [ -t 1 ]; then printf '\r\033[K'; fi
        echo "  All are here; unpacking them."
        ;;
    esac
  done
}

install() {
  # Lines for another system or an older Python are not installed here.
  local total
  total=$(grep == "$lock" | grep -vc "== 'win32'\|python_full_version <")
  echo "Installing $total packages; this takes a minute or two the first time."
  "$python" -m pip install --disable-pip-version-check --root-user-action=ignore --progress-bar off \
    --no-deps --require-hashes -r "$lock" 2>&1 | tee "$log" | show_progress "$total" || {
    grep -v '^WARNING' "$log" | tail -n 15 >&2
    echo "The packages could not be installed; everything pip said is in $log." >&2
    return 1
  }
}

if is_kept; then
  if [ -f "$(stamp_of "$1")" ]; then exit 0; fi
else
  create
fi
if ! "$python" -m pip --version >/dev/null 2>&1; then create; fi
install
rm -f "$venv"/ready-*
# Who has the development packages has the demo's: the one lock holds the other.
touch "$(stamp_of demo)" "$(stamp_of "$1")"
