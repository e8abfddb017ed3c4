#!/usr/bin/env bash
# pytest-xdist forgets the groups of tests with pytest 9.2, and says nothing.
#
# Expected: with --dist=loadgroup all tests marked xdist_group("shop") run in one worker, or a word
# that this release of pytest is not known to it.
# Seen with pytest-xdist 3.8.0: with pytest 9.1.1 one worker runs all six. With 9.2.0 the same run is
# still headed "LoadGroupScheduling", exits 0, and both workers run some of the six: it adds the group
# to an attribute of the test that 9.2 does not read any more. Who groups tests because they share
# something costly pays for it in each worker; who groups them because they disturb each other finds
# tests that fail now and then. Fails when that changes. BASE_PYTHON chooses the Python.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cat >"$folder/test_shop.py" <<'PY'
import os, time
import pytest


@pytest.mark.xdist_group("shop")
@pytest.mark.parametrize("number", range(6))
def test_sale(number):
    with open(os.environ["SEEN"], "a") as seen:
        print(os.environ["PYTEST_XDIST_WORKER"], file=seen)
    time.sleep(0.2)
PY
count_workers() {
  local venv="$folder/pytest-$1"
  "${BASE_PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "pytest==$1" "pytest-xdist==3.8.0"
  (cd "$folder" && SEEN="$folder/seen-$1" "$venv/bin/python" -m pytest -q -n 2 --dist=loadgroup \
    -p no:cacheprovider test_shop.py >"$folder/output-$1")
  sort -u "$folder/seen-$1" | wc -l
}
before=$(count_workers 9.1.1) after=$(count_workers 9.2.0)
echo "workers that ran tests of the one group: pytest 9.1.1: $before, pytest 9.2.0: $after"
[ "$before" -eq 1 ] && [ "$after" -eq 2 ]
