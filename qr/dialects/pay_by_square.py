"""PAY by square, the Slovak banks' code: a packed table, written in base32; read, not written.

Source: by square specification of the Slovak Banking Association, versions 1.0 to 1.2: two
bytes of header, the length, then LZMA of a CRC-32 and of values between tabs.
"""

import lzma
import re
from zlib import crc32

from qr.amounts import parse_amount
from qr.checksum import has_iban
from qr.dialect import Dialect, Draft, Fields
from qr.errors import Deviation, Kind, PayloadInvalid
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import PRINTABLE, may, must

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
# Sixteen bits of header say: a payment, of version 1.0 to 1.2, and nothing more.
_CLAIM = re.compile("0[048]0[0-9A-F][0-9A-V]{36,}")
_HEADER, _SUM = 4, 4
_UNPACKED_MAX = 8_192
_FILTERS = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 17}]
_NAMES = (
    "invoice", "payments", "options", "amount", "currency", "due", "variable_symbol",
    "constant_symbol", "specific_symbol", "originator_reference", "note", "accounts",
)  # fmt: skip
_OWN = frozenset({"amount", "currency", "name", "iban", "bic", "variable_symbol", "note"})


class PayBySquareDialect(Dialect):
    """The first payment of the code, and its first account."""

    name = "pay_by_square"
    title = "PAY by square"
    rules = (
        must("payments", "1", "a code that can be shown asks for one payment"),
        must(
            "iban", has_iban, "an IBAN with its check digits is mandatory", kind=Kind.CHECKSUM
        ),
        may("amount", r"(?:[0-9]{1,12}(?:\.[0-9]{1,2})?)?", "an amount has up to two decimals"),
        must("currency", "[A-Z]{3}", "a currency has three letters"),
        may("name", f"{PRINTABLE}{{0,70}}", "the payee's name has up to 70 characters"),
        may("note", f"{PRINTABLE}{{0,140}}", "a note has up to 140 characters"),
    )

    def recognize(self, text: str) -> bool:
        """Return whether the text is base32 and starts as a packed payment does."""
        return _CLAIM.fullmatch(text) is not None and not text.isdigit()

    def parse(self, text: str) -> Draft:
        """Unpack the table; the text is its own layout.

        Raises:
            PayloadInvalid: it cannot be unpacked, or its check sum is of other values.
        """
        cells = _unpack(text).split("\t")
        fields = dict(zip(_NAMES, cells, strict=False))
        count = fields.get("accounts", "")
        if not count.isascii() or not count.isdigit() or len(cells) < len(_NAMES) + 2:
            raise PayloadInvalid(f"{self.title} names an account.")
        fields |= {"iban": cells[12], "bic": cells[13]}
        # Behind the accounts: whether it is a standing order or a direct debit, then the payee.
        rest = cells[len(_NAMES) + 2 * min(int(count), len(cells)) :]
        if len(rest) >= 3 and rest[:2] == ["0", "0"]:
            fields["name"] = rest[2]
        return Draft(fields, fields, (), text)

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return the transfer that is asked for."""
        values = draft.values
        amount, currency = values.get("amount", ""), values.get("currency", "")
        return PaymentRequest(
            scheme=self.name,
            accounts=tuple(
                Account(self.name, values[kind].replace(" ", ""), kind)
                for kind in ("iban", "bic")
                if values.get(kind)
            ),
            payee_name=values.get("name", ""),
            currency=currency,
            amount_minor=parse_amount(amount, currency),
            mutability=Mutability.FIXED if amount else Mutability.OPEN,
            reference=values.get("variable_symbol", ""),
            message=values.get("note", ""),
            extra={name: text for name, text in values.items() if text and name not in _OWN},
        )

    def serialize(self, fields: Fields, layout: str) -> str:  # noqa: ARG002  kept whole
        """Return the text as it was read."""
        return layout


def _unpack(text: str) -> str:
    bits = "".join(f"{_DIGITS.index(each):05b}" for each in text if each in _DIGITS)
    packed = int(bits[: len(bits) // 8 * 8] or "0", 2).to_bytes(len(bits) // 8)
    size = int.from_bytes(packed[2:_HEADER], "little")
    if not _SUM < size <= _UNPACKED_MAX:
        raise PayloadInvalid(f"PAY by square unpacks to at most {_UNPACKED_MAX} bytes.")
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
    try:
        table = unpacker.decompress(packed[_HEADER:], max_length=size)
        stated, values = int.from_bytes(table[:_SUM], "little"), table[_SUM:]
        if crc32(values) != stated:
            rule = "the check sum is that of the values"
            raise PayloadInvalid.from_deviation(Deviation("", Kind.CHECKSUM, rule))
        return values.decode()
    except (lzma.LZMAError, EOFError, UnicodeDecodeError) as fault:
        raise PayloadInvalid("PAY by square is packed by LZMA.") from fault


DIALECT = PayBySquareDialect()
