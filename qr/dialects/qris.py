"""QRIS: payments to merchants, and transfers between accounts.

Source: Bank Indonesia and ASPI, QRIS MPM, as implementers read it.
"""

from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_rules import TEMPLATE_IDS
from qr.mpm_templates import Template
from qr.payment import PaymentRequest
from qr.rules import PRINTABLE, Values, Waiver, may, must

ACQUIRER_IDS = TEMPLATE_IDS[:20]
# The repository of all merchants, under its present and its former name.
_REPOSITORIES = frozenset({"ID.CO.QRIS.WWW", "ID.OR.GPNQR.WWW"})
_PURPOSES = frozenset({"BOOK", "DMCT", "XBCT"})
_CRITERIA = "UMI|UKE|UME|UBE|URE|PSO|BLU"  # codespell:ignore
_CRITERION = "a criterion is UMI, UKE, UME, UBE, URE, PSO or BLU"  # codespell:ignore
_TOLERABLE = {"weight": Weight.TOLERABLE}
_ID = f"{PRINTABLE}{{1,15}}"
_PAN = "a number is 9360, the institution's four digits and 8 to 11 more"


def _is_repository(guid: str) -> bool:
    return guid.upper() in _REPOSITORIES


def _is_acquirer(guid: str) -> bool:
    return bool(guid) and not _is_repository(guid)


def _is_transfer(values: Values) -> bool:
    marked = values.get("52") == "4829" or values.get("62-08") in _PURPOSES
    return "40-00" in values and marked


def _is_payment(values: Values) -> bool:
    return not _is_transfer(values)


def _is_static_payment(values: Values) -> bool:
    return values.get("01") == "11" and _is_payment(values)


def _is_indonesian(values: Values) -> bool:
    return values.get("58") == "ID"


def _is_ours(values: Values) -> bool:
    numbers = (values.get(f"{place}-01", "") for place in ACQUIRER_IDS)
    known = any(number.startswith("9360") for number in numbers)
    return _is_repository(values.get("51-00", "")) or (known and _is_indonesian(values))


def _finish(_request: PaymentRequest, values: dict[str, str]) -> None:
    # Rupiah have cents in ISO 4217 and none in any code.
    for path in {"54", "56"} & values.keys():
        values[path] = values[path].removesuffix(".00")


DIALECT = MpmDialect(
    name="qris",
    title="QRIS",
    currencies=("IDR",),
    countries=("ID",),
    templates=(
        Template(
            ids=ACQUIRER_IDS,
            is_guid=_is_acquirer,
            accounts={"01": "pan", "02": "merchant"},
            rules=(
                must("01", "9360[0-9]{11,15}", _PAN),
                may("01", "9360[0-9]{12,15}", _PAN, weight=Weight.NOTE),
                must("02", _ID, "a merchant's id has up to 15 characters",
                     **_TOLERABLE),
                may("03", _CRITERIA, _CRITERION, when=_is_payment, **_TOLERABLE),
                may("04", "[A-Z0-9]{8}(?:[A-Z0-9]{3})?", "a BIC has 8 or 11 characters",
                    when=_is_transfer),
            ),
        ),
        Template(
            ids=("51",),
            guid="ID.CO.QRIS.WWW",
            is_guid=_is_repository,
            accounts={"02": "nmid"},
            rules=(
                must("02", _ID, "a national merchant id has up to 15 characters",
                     **_TOLERABLE),
                may("03", _CRITERIA, _CRITERION, **_TOLERABLE),
            ),
        ),
    ),
    rules=(
        must("51-00", None, "a static code names the national repository",
             when=_is_static_payment, weight=Weight.NOTE),
        may("51-00", _is_repository, "the identifier in 51 is ID.CO.QRIS.WWW",
            **_TOLERABLE),
        must("61", None, "a postal code is mandatory in Indonesia", when=_is_indonesian,
             weight=Weight.NOTE),
        must("01", "12", "a transfer is for one transaction (12)", when=_is_transfer),
        may("52", "4829", "a transfer's category is 4829", when=_is_transfer),
        must("62-08", "BOOK|DMCT|XBCT", "a transfer's purpose is BOOK, DMCT or XBCT",
             when=_is_transfer),
        must("62-99", None, "a transfer carries what makes it unique", when=_is_transfer),
    ),
    waivers=(
        Waiver("52", Kind.MISSING, _is_transfer),
        Waiver("59", Kind.CHARACTERS),
        Waiver("60", Kind.CHARACTERS),
    ),
    recognized_when=_is_ours,
    finish=_finish,
)  # fmt: skip
