#!/usr/bin/env bash
# The customer's reference of a run (KREF+ in field 86 of MT940) is read with a line break before it.
#
# A German bank that books a run of payments as one sum names it by KREF+, the id of the file or of its
# payment block (DK, annex 3, field 86). Field 61 may have no reference of its own.
# Expected: {'customer_reference': 'PI123'}, which is compared with the run's id.
# Seen: mt-940 5.1.1 says '\nPI123', so the comparison fails and the run stays open. With another
# sub-field of the purpose before it the same happens; EREF+ is read as it stands.
# Consequence: Tessera reads field 86 itself. Fails when that changes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
"$folder/venv/bin/python" - <<'PY'
import mt940

HEAD = ":20:S\n:25:37040044/0532013000\n:28C:1/1\n:60F:C261126EUR1000,00\n"
FOOT = ":62F:C261127EUR1000,00\n-"

def read(details):
    [entry] = mt940.parse(f"{HEAD}:61:2611271127DR10,00NTRF\n:86:{details}\n{FOOT}")
    return entry.data

for details in ("166?00SAMMLER?20KREF+PI123", "166?00SAMMLER?20SVWZ+Run?21KREF+PI123"):
    found = read(details)["customer_reference"]
    print(f"{details}: {found!r}")
    assert found == "\nPI123", "this has changed"
assert read("166?00X?20EREF+PI123")["end_to_end_reference"] == "PI123"
print("as described")
PY
