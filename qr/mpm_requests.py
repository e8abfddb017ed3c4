"""Converts between the objects of a merchant-presented code and its request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Union

from qr.amounts import (
    drop_zeros,
    find_currency,
    find_number,
    format_amount,
    is_zero,
    parse_amount,
)
from qr.errors import Deviation, Kind, PayloadInvalid
from qr.mpm_rules import ACCOUNT_IDS, NESTED_IDS, NETWORKS
from qr.mpm_templates import Match, Template
from qr.payment import Account, Initiation, Mutability, PaymentRequest, Tip, TipKind
from qr.rules import Values
from qr.tlv import serialize

ASK = "***"
_AMOUNT_MAX = 13
_INITIATIONS = {"11": Initiation.STATIC, "12": Initiation.DYNAMIC}
_INDICATORS = {Initiation.STATIC: "11", Initiation.DYNAMIC: "12"}
Tree = Union[str, dict[str, "Tree"]]  # noqa: UP007  a string cannot be or-ed
# The first of a network's places is its usual one.
_PLACES = {network: name for name, network in reversed(NETWORKS.items())}
_FEES = frozenset({"02", "03"})
_TIPS = {TipKind.PROMPT: "01", TipKind.FIXED: "02", TipKind.PERCENTAGE: "03"}


@dataclass(frozen=True, slots=True)
class Places:
    """The paths of a dialect for data that EMVCo leaves open; empty if none."""

    reference: str = "62-05"
    message: str = "62-08"


def build_request(match: Match, *, scheme: str, places: Places) -> PaymentRequest:
    """Return a payload's request; data without an attribute goes into `extra`."""
    values = match.values
    currency = find_currency(values.get("53", ""))
    amount = values.get("54", "")
    tip = _read_tip(values, currency)
    # With an unreadable fee the total is unknown.
    incalculable = tip is None and values.get("55") in _FEES
    asked = (bool(amount) and not is_zero(amount)) or incalculable
    amount_minor = parse_amount(amount, currency) if asked and not incalculable else None
    reference, message = (_read_label(values, path) for path in _list_places(places))
    others = tuple(_list_others(match))
    accounts = (*_list_own(match, scheme), *others)
    used = {"00", "58", "59", "60", "52", "63", *(each.object_id for each in accounts)}
    # Their unique identifiers are the accounts' schemes.
    used |= {f"{each.object_id[:2]}-00" for each in others}
    used |= {"53"} if currency else set()
    used |= {"54"} if amount_minor is not None else set()
    used |= {"55", "56", "57"} if tip else set()
    used |= {"01"} if values.get("01", "") in _INITIATIONS else set()
    used |= {places.reference} if reference else set()
    used |= {places.message} if message else set()
    return PaymentRequest(
        scheme=scheme,
        accounts=accounts,
        payee_name=values.get("59", ""),
        payee_city=values.get("60", ""),
        country=values.get("58", ""),
        category=values.get("52", ""),
        currency=currency,
        amount_minor=amount_minor,
        mutability=Mutability.FIXED if asked else Mutability.OPEN,
        tip=tip,
        reference=reference,
        message=message,
        initiation=_INITIATIONS.get(values.get("01", ""), Initiation.UNKNOWN),
        extra=dict(_list_extra(match, used)),
    )


def _list_places(places: Places) -> tuple[str, str]:
    return places.reference, places.message


def _read_label(values: Values, path: str) -> str:
    text = values.get(path, "")
    return "" if text == ASK else text


def _read_tip(values: Values, currency: str) -> Tip | None:
    match values.get("55"), values.get("56"), values.get("57"):
        case "01", None, None:
            return Tip(TipKind.PROMPT)
        case "02", str(fixed), None:
            amount_minor = parse_amount(fixed, currency)
            return None if amount_minor is None else Tip(TipKind.FIXED, amount_minor)
        case "03", None, str(share):
            # Four decimals at most, as there are five characters.
            known = parse_amount(share, "UYW")
            return None if known is None else Tip(TipKind.PERCENTAGE, None, Decimal(share))
    return None


def _list_own(match: Match, scheme: str) -> Iterator[Account]:
    for place, template in match.found:
        for child, kind in template.accounts.items():
            path = f"{place}-{child}"
            if path in match.values:
                yield Account(scheme, match.values[path], kind, path)


def _list_others(match: Match) -> Iterator[Account]:
    own = {place for place, _ in match.found}
    for name in ACCOUNT_IDS:
        if name in own or name not in match.values:
            continue
        guid = match.values.get(f"{name}-00")
        if guid is None:
            # An empty object is nobody's number.
            if match.values[name]:
                yield Account(NETWORKS.get(name, ""), match.values[name], "card", name)
        elif f"{name}-01" in match.values:
            yield Account(guid, match.values[f"{name}-01"], "", f"{name}-01")
        else:
            yield Account(guid, "", "", f"{name}-00")


def _list_extra(match: Match, used: set[str]) -> Iterator[tuple[str, str]]:
    parents = {path.rpartition("-")[0] for path in match.values}
    # A template that leads to no account would leave nothing behind to name it.
    fixed = {
        f"{place}-00": each.guid
        for place, each in match.found
        if any(path.startswith(f"{place}-") for path in used)
    }
    for path, value in match.values.items():
        if path in used or path in parents or path[0] == "@" or fixed.get(path) == value:
            continue
        yield path, value


def build_values(
    request: PaymentRequest, *, templates: tuple[Template, ...], places: Places
) -> dict[str, str]:
    """Return the request's values by path; the opposite of `build_request`.

    Raises:
        PayloadInvalid: an account has no place, or the currency no number.
    """
    values = {"00": "01"} | dict(_list_values(request))
    if places.reference and request.reference:
        values[places.reference] = request.reference
    if places.message and request.message:
        values[places.message] = request.message
    for account in request.accounts:
        path = account.object_id or _find_place(account, templates)
        if account.value:
            values[path] = account.value
        foreign = not account.kind and account.scheme != request.scheme
        values |= _name_template(path, account, () if foreign else templates)
    return values | dict(request.extra)


def _list_values(request: PaymentRequest) -> Iterator[tuple[str, str]]:
    if request.initiation in _INDICATORS:
        yield "01", _INDICATORS[request.initiation]
    for path, text in (
        ("52", request.category),
        ("58", request.country),
        ("59", request.payee_name),
        ("60", request.payee_city),
    ):
        if text:
            yield path, text
    counts = request.amount_minor is not None or request.tip is not None
    # A number that is no currency's is kept as it is; a tip of so many in a hundred needs none.
    if request.currency or (counts and "53" not in request.extra):
        yield "53", _find_number(request.currency)
    if request.amount_minor is not None:
        yield "54", _write_amount(request.amount_minor, request.currency)
    if request.tip is not None:
        yield from _list_tip(request.tip, request.currency)


def _find_number(currency: str) -> str:
    number = find_number(currency)
    if not number:
        rule = "a currency of ISO 4217 with minor units is mandatory"
        fault = Deviation("53", Kind.VALUE, rule, repr(currency))
        raise PayloadInvalid.from_deviation(fault)
    return number


def _list_tip(tip: Tip, currency: str) -> Iterator[tuple[str, str]]:
    yield "55", _TIPS[tip.kind]
    if tip.amount_minor is not None:
        yield "56", _write_amount(tip.amount_minor, currency)
    if tip.percentage is not None:
        yield "57", f"{tip.percentage:f}"


def _write_amount(amount_minor: int, currency: str) -> str:
    text = format_amount(amount_minor, currency)
    return text if len(text) <= _AMOUNT_MAX else drop_zeros(text)


def _find_place(account: Account, templates: tuple[Template, ...]) -> str:
    for template in templates:
        for child, kind in template.accounts.items():
            if kind == account.kind:
                return f"{template.ids[0]}-{child}"
    if account.kind == "card" and account.scheme in _PLACES:
        return _PLACES[account.scheme]
    rule = "an account is of a kind the format has a place for"
    fault = Deviation("02..51", Kind.VALUE, rule, repr(account.kind))
    raise PayloadInvalid.from_deviation(fault)


def _name_template(
    path: str, account: Account, templates: tuple[Template, ...]
) -> dict[str, str]:
    for template in templates:
        for at in template.ids:
            if path.startswith(f"{at}-") and path[len(at) + 1 :] in template.accounts:
                return {f"{at}-00": template.guid} if template.guid else {}
    # A network's own number, or the template of a scheme that is nobody's dialect here.
    return {f"{path[:2]}-00": account.scheme} if "-" in path else {}


def nest(values: Mapping[str, str]) -> dict[str, Tree]:
    """Turn values by path into fields, in ascending order at every level.

    Raises:
        PayloadInvalid: a value is too long for the template it goes into.
    """
    fields: dict[str, Tree] = {}
    for path in sorted(values):
        *parents, child = path.split("-")
        level = fields
        for parent in parents:
            inner = level.setdefault(parent, {})
            # A text and objects below the same name: the text is what was read as a whole.
            level = inner if isinstance(inner, dict) else {}
        level[child] = values[path]
    return {name: _collapse(name, value) for name, value in fields.items()}


def _collapse(name: str, value: Tree) -> Tree:
    # Only EMVCo's own templates are read as templates; what is deeper is one text.
    if name not in NESTED_IDS or isinstance(value, str):
        return _join(value)
    return {child: _join(each) for child, each in value.items()}


def _join(value: Tree) -> str:
    if isinstance(value, str):
        return value
    return serialize((name, _join(each)) for name, each in value.items())
