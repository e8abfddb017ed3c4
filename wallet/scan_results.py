"""Describes a scanned text and what the payer may do with it; no link is followed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.money import format_number
from merchants.queries import read_clock
from pos.errors import (
    ChargeClaimedByAnother,
    CounterCodeRevoked,
    StoreClosed,
    name_state,
)
from pos.models import Charge, ChargeStatus, CounterCode
from qr.charge_codes import is_of_host
from qr.errors import Deviation, Weight
from qr.payment import Mutability, PaymentRequest
from qr.recognition import Nature, Recognition, recognize
from wallet.counter_payments import measure_left
from wallet.currencies import find_in
from wallet.errors import (
    CodeForeign,
    CodeMistyped,
    CounterLimitReached,
    WalletCurrencyMismatch,
)
from wallet.models import Wallet
from wallet.scans import record_scan

_SHOWN_MAX = 80
# Names of schemes whose titles are not made for people.
_NAMES = {
    "emv_mpm": _("another payment system"),
    "emv_cpm": _("another wallet"),
    "epc": "GiroCode",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """A scanned text as the payer's phone shows it; `detail` says what to do.

    `kind` is for programs. Our own codes have the charge; requests for money of other systems
    have the request. `is_payable` is about this wallet and this moment.
    """

    kind: str
    detail: str
    title: str = ""
    is_payable: bool = False
    charge: Charge | None = None
    counter_code: CounterCode | None = None
    left_minor: int = 0
    request: PaymentRequest | None = None
    scheme: str = ""
    host: str = ""
    remarks: tuple[str, ...] = ()


def resolve_scan(wallet: Wallet, payload: str) -> ScanResult:
    """Return what a scanned or typed text is, and what the payer may do with it.

    Raises:
        CodeUnknown: our form, but it leads nowhere.
        TooManyTries: ten short codes in a minute led nowhere.
        SigningKeyWithdrawn: printed, and signed with a key that is not trusted any more.
    """
    try:
        found = record_scan(wallet, payload)
    except (CodeForeign, CodeMistyped):
        return describe_foreign(payload)
    if isinstance(found, CounterCode):
        return look_at_counter_code(wallet, found)
    return _describe_charge(wallet, found)


def describe_foreign(payload: str) -> ScanResult:
    """Describe a text that is no code of ours."""
    if not payload.strip():
        return ScanResult(
            kind="empty", detail=gettext("There is nothing in it. Scan the code again.")
        )
    found = recognize(payload)
    return _DESCRIPTIONS[found.nature](found)


def make_plain(text: str, *, most: int = _SHOWN_MAX) -> str:
    """Return somebody else's text as it may be shown: short, one line, nothing invisible.

    Characters that change the direction of writing would disguise a text.
    """
    visible = "".join(each if each.isprintable() else " " for each in text)
    joined = " ".join(visible.split())
    return joined if len(joined) <= most else f"{joined[: most - 1]}…"


def name_host(host: str) -> str:
    """Return a host as it may be shown: letters of other scripts in their plain form.

    A host of Cyrillic letters can look exactly like one of Latin letters.
    """
    bare = host.rpartition("@")[2].lower()
    if not bare.isascii():
        try:
            bare = bare.encode("idna").decode("ascii")
        except UnicodeError:
            bare = bare.encode("ascii", "backslashreplace").decode("ascii")
    return make_plain(bare)


def _describe_charge(wallet: Wallet, charge: Charge) -> ScanResult:
    wallet = find_in(wallet, charge.currency)
    status, mine = charge.status_now, charge.payer_account_id == wallet.account_id
    waits = status == ChargeStatus.OPEN or (status == ChargeStatus.CLAIMED and mine)
    # Another payer opened it at a counter code, and only they can pay it.
    is_anothers = bool(charge.counter_code_id) and charge.principal_id != wallet.id
    if wallet.currency != charge.currency:
        detail = str(WalletCurrencyMismatch(charge.currency))
    elif waits and not is_anothers:
        detail = gettext("You can pay this. Nothing is taken before you confirm.")
    elif waits or status == ChargeStatus.CLAIMED:
        detail = str(ChargeClaimedByAnother())
    else:
        words = gettext("This charge cannot be paid: it is %(status)s.")
        detail = words % {"status": name_state(status)}
    return ScanResult(
        kind="charge",
        detail=detail,
        is_payable=waits and not is_anothers and wallet.currency == charge.currency,
        charge=charge,
    )


def look_at_counter_code(wallet: Wallet, code: CounterCode) -> ScanResult:
    """Return whether this payer can pay by a counter code now, and how much."""
    wallet = find_in(wallet, code.currency)
    left_minor = measure_left(wallet, code)
    if code.is_revoked:
        detail = str(CounterCodeRevoked())
    elif code.store.closed_at is not None:
        detail = str(StoreClosed())
    elif wallet.currency != code.currency:
        detail = str(WalletCurrencyMismatch(code.currency))
    elif not left_minor:
        detail = str(CounterLimitReached(left_minor, code.currency))
    else:
        detail = gettext("You type the amount. Nothing is taken before you confirm.")
        return ScanResult(
            kind="static",
            detail=detail,
            is_payable=True,
            counter_code=code,
            left_minor=left_minor,
        )
    return ScanResult(kind="static", detail=detail, counter_code=code)


def _describe_payment(found: Recognition) -> ScanResult:
    if found.reading and is_of_host(found.reading.request, settings.PUBLIC_HOST):
        # A complete code of one of our charges would not have come here.
        detail = gettext(
            "This looks like a code of a till here, but it was altered. Do not pay with it."
            " Nothing was taken."
        )
        return ScanResult(kind="altered", detail=detail)
    name = name_scheme(found)
    begin = gettext("This code is for paying by %(name)s, which this wallet cannot do.")
    sentences = [begin % {"name": name}]
    request = found.reading.request if found.reading else None
    if request is not None:
        sentences.append(_say_what_is_asked(request))
        if request.expires_at is not None and request.expires_at <= read_clock():
            sentences.append(gettext("It has expired."))
    fault = _find_fault(found)
    if fault is not None:
        words = gettext("It is not well formed: %(rule)s.")
        sentences.append(words % {"rule": make_plain(fault.rule)})
    return ScanResult(
        kind="payment",
        title=name,
        detail=" ".join([*filter(None, sentences), gettext("Nothing was taken.")]),
        request=request,
        scheme=found.format,
        remarks=tuple(make_plain(each.rule) for each in _list_faults(found, Weight.TOLERABLE)),
    )


def name_scheme(found: Recognition) -> str:
    """Return the name people know a payment scheme by."""
    return str(_NAMES.get(found.format, found.title))


def _say_what_is_asked(request: PaymentRequest) -> str:
    facts = {"payee": make_plain(request.payee_name), "amount": ""}
    if request.amount_minor is not None and request.currency:
        number = format_number(request.amount_minor, request.currency)
        facts["amount"] = f"{number} {request.currency}"
        words = (
            gettext("It asks %(amount)s for %(payee)s."),
            gettext("It asks %(amount)s."),
        )
    elif request.mutability is Mutability.OPEN:
        words = (
            gettext("It asks for an amount that the payer types for %(payee)s."),
            gettext("It asks for an amount that the payer types."),
        )
    else:
        words = (
            gettext("It asks for an amount that cannot be read for %(payee)s."),
            gettext("It asks for an amount that cannot be read."),
        )
    named, unnamed = words
    return (named if facts["payee"] else unnamed) % facts


def _find_fault(found: Recognition) -> Deviation | None:
    return next(_list_faults(found, Weight.FATAL), None)


def _list_faults(found: Recognition, least: Weight) -> Iterator[Deviation]:
    deviations = found.reading.deviations if found.reading else ()
    return (each for each in deviations if each.weight >= least)


def _describe_altered(found: Recognition) -> ScanResult:
    fault = _find_fault(found)
    words = (
        gettext(
            "This code says it is for paying by %(name)s, but it was altered, or not read well."
            " The rule it breaks: %(rule)s. Scan it again; if that does not help, do not pay"
            " with it. Nothing was taken."
        )
        if fault
        else gettext(
            "This code says it is for paying by %(name)s, but it was altered, or not read well."
            " Scan it again; if that does not help, do not pay with it. Nothing was taken."
        )
    )
    rule = make_plain(fault.rule) if fault else ""
    detail = words % {"name": name_scheme(found), "rule": rule}
    return ScanResult(
        kind="altered", title=name_scheme(found), detail=detail, scheme=found.format
    )


def _describe_link(found: Recognition) -> ScanResult:
    host = name_host(found.host)
    if found.host == settings.PUBLIC_HOST:
        return _describe_own_address(host)
    words = gettext(
        "This is a payment link of another site, %(host)s. It was not opened."
        " If you are in a shop, tell the shop. Nothing was taken."
    )
    return ScanResult(kind="foreign", title=host, detail=words % {"host": host}, host=host)


def _describe_address(found: Recognition) -> ScanResult:
    host = name_host(found.host)
    if found.host == settings.PUBLIC_HOST:
        return _describe_own_address(host)
    words = gettext(
        "This is a web address of another site, %(host)s. It was not opened, and nothing"
        " can be paid with it here. Nothing was taken."
    )
    return ScanResult(kind="web_address", title=host, detail=words % {"host": host}, host=host)


def _describe_own_address(host: str) -> ScanResult:
    detail = gettext(
        "This address is ours, but no code leads there: it was cut short, altered, or is"
        " another page. Nothing was taken."
    )
    return ScanResult(kind="altered", title=host, detail=detail, host=host)


def _describe_payer_code(_found: Recognition) -> ScanResult:
    detail = gettext(
        "This is a payment code out of somebody's wallet. A shop's till scans it; a phone"
        " cannot pay with it. To pay a shop, scan the shop's code. Nothing was taken."
    )
    return ScanResult(kind="payment_code", detail=detail)


def _describe_foreign_code(found: Recognition) -> ScanResult:
    name = name_scheme(found)
    words = gettext(
        "This is a payment code of %(name)s, which a shop's till scans. This wallet can do"
        " nothing with it. Nothing was taken."
    )
    detail = words % {"name": name}
    return ScanResult(kind="foreign_code", title=name, detail=detail, scheme=found.format)


def _describe_text(_found: Recognition) -> ScanResult:
    detail = gettext("This is a text and no payment code. Nothing was taken.")
    return ScanResult(kind="text", detail=detail)


def _describe_mistyped(_found: Recognition) -> ScanResult:
    return ScanResult(kind="mistyped", detail=str(CodeMistyped()))


_DESCRIPTIONS: dict[Nature, Callable[[Recognition], ScanResult]] = {
    Nature.PAYMENT: _describe_payment,
    Nature.ALTERED: _describe_altered,
    Nature.CONSUMER_CODE: _describe_foreign_code,
    Nature.FOREIGN_CODE: _describe_foreign_code,
    Nature.PAYMENT_CODE: _describe_payer_code,
    Nature.LINK: _describe_link,
    Nature.COUNTER_CODE: _describe_link,
    Nature.WEB_ADDRESS: _describe_address,
    Nature.SHORT_CODE: _describe_text,
    Nature.MISTYPED: _describe_mistyped,
    Nature.TEXT: _describe_text,
}
