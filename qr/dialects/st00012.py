"""Russian payment orders, ST00012 and its kin: fields behind a mark; read, not written.

Source: GOST R 56042-2014. The mark ends in the number of the character set and in the sign
that stands between fields.
"""

import re

from qr.dialect import Dialect, Draft, Fields
from qr.errors import PayloadInvalid
from qr.pairs import read_pairs
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import PRINTABLE, may, must

CHARSETS = {"1": "cp1251", "2": "utf-8", "3": "koi8-r"}
_MARK = re.compile("ST0001(?P<charset>[1-3])(?P<between>[^A-Za-z0-9])")
_OWN = frozenset({"charset", "Name", "PersonalAcc", "BIC", "Sum", "Purpose"})


class RussianDialect(Dialect):
    """Names and values; five of them are mandatory, the sum is in kopecks."""

    name = "st00012"
    title = "ST00012"
    rules = (
        must("Name", f"{PRINTABLE}{{1,160}}", "the payee's name has up to 160 characters"),
        must("PersonalAcc", "[0-9]{20}", "an account has 20 digits"),
        must("BankName", f"{PRINTABLE}{{1,45}}", "the bank's name has up to 45 characters"),
        must("BIC", "[0-9]{9}", "a BIC of Russia has 9 digits"),
        must("CorrespAcc", "0|[0-9]{20}|", "a correspondent account has 20 digits, or is 0"),
        may("Sum", "[0-9]{1,18}", "a sum is whole kopecks"),
        may("Purpose", f"{PRINTABLE}{{0,210}}", "a purpose has up to 210 characters"),
    )

    def recognize(self, text: str) -> bool:
        """Return whether the text starts with the mark."""
        return _MARK.match(text) is not None

    def parse(self, text: str) -> Draft:
        """Take the fields apart; the text is its own layout."""
        mark = _MARK.match(text)
        if mark is None:
            raise PayloadInvalid(f"{self.title} starts with ST0001 and a character set.")
        found, deviations = read_pairs(
            text[mark.end() :].split(mark["between"]),
            between="=",
            words="a field is a name, = and a value",
        )
        fields = {"charset": mark["charset"]} | found
        return Draft(fields, fields, deviations, text)

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return the transfer that is asked for."""
        values = draft.values
        account, stated = values.get("PersonalAcc", ""), values.get("Sum", "")
        is_sum = re.fullmatch("[0-9]{1,18}", stated) is not None
        return PaymentRequest(
            scheme=self.name,
            accounts=(Account(self.name, account, "account"),) if account else (),
            payee_name=values.get("Name", ""),
            country="RU",
            currency="RUB",
            amount_minor=int(stated) if is_sum else None,
            mutability=Mutability.FIXED if stated else Mutability.OPEN,
            reference=values.get("BIC", ""),
            message=values.get("Purpose", ""),
            extra={name: text for name, text in values.items() if name not in _OWN},
        )

    def serialize(self, fields: Fields, layout: str) -> str:  # noqa: ARG002  kept whole
        """Return the text as it was read."""
        return layout


DIALECT = RussianDialect()
