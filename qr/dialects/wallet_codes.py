"""Payment codes of other wallets, recognized by their first digits.

Source: the vendors' merchant documents (WeChat Pay, Alipay, Alipay+, UnionPay). Such a code
contains no data; it is a key for a minute, and no error or representation shows it.
"""

import re
from dataclasses import dataclass

from qr.dialect import Dialect, Draft, Fields
from qr.errors import Deviation, Kind


@dataclass(frozen=True)
class WalletCodeDialect(Dialect):
    """A range of numbers that belongs to one wallet."""

    name: str
    title: str
    pattern: str
    rule: str
    claim: str

    def recognize(self, text: str) -> bool:
        """Return whether the number is in the wallet's range."""
        return re.fullmatch(self.pattern, text) is not None

    def parse(self, text: str) -> Draft:
        """Return how long the number is and how it starts; the layout keeps it whole."""
        fields = {"digits": len(text), "prefix": text[:2]}
        if self.recognize(text):
            return Draft(fields, {}, (), text)
        digits = re.fullmatch("[0-9]+", text)
        kind = Kind.VALUE if digits else Kind.CHARACTERS
        claimed = re.match(self.claim, text)
        object_id = "digits" if claimed or not digits else "prefix"
        return Draft(fields, {}, (Deviation(object_id, kind, self.rule),), text)

    def to_request(self, draft: Draft) -> None:
        """Return None: the consumer presents a means to pay."""

    def serialize(self, fields: Fields, layout: str) -> str:  # noqa: ARG002  kept whole
        """Return the number, which is not made of parts."""
        return layout


WECHAT = WalletCodeDialect(
    name="wechat_code",
    title="WeChat Pay",
    pattern="1[0-5][0-9]{16}",
    rule="a WeChat Pay code has 18 digits and starts with 10 to 15",
    claim="1[0-5]",
)
ALIPAY = WalletCodeDialect(
    name="alipay_code",
    title="Alipay",
    pattern="(?:2[5-9]|30)[0-9]{14,22}",
    rule="an Alipay code has 16 to 24 digits and starts with 25 to 30",
    claim="2[5-9]|30",
)
UNIONPAY = WalletCodeDialect(
    name="unionpay_code",
    title="UnionPay",
    pattern="62[0-9]{16,17}",
    rule="a UnionPay code has 18 or 19 digits and starts with 62",
    claim="62",
)
