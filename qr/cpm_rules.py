"""EMVCo QRCPS CPM 1.1 as a table: the objects of an application template.

Values are hexadecimal, except those of `PRIMITIVE_TEXT`.
"""

from qr.rules import Rule, may, must

PRIMITIVE_TEXT = frozenset({"50", "5F20", "5F2D", "5F50", "9F24"})

RULES: tuple[Rule, ...] = (
    must("4F", "(?:..){5,16}", "an ADF name of 5 to 16 bytes is mandatory"),
    may("50", "[ -~]{1,16}", "a label has 1 to 16 common characters"),
    may(
        "57", "(?=.{1,38}$)[0-9]{1,19}D[0-9]{7,}F?", "a track has a number, D, YYMM and a code"
    ),
    # EMV Book 3: cn, filled up with as many F as it likes.
    may("5A", "(?=.{2,20}$)[0-9]{1,19}F*", "a card number has up to 19 digits in 10 bytes"),
    may("5F20", "[ -~]{2,26}", "a cardholder name has 2 to 26 common characters"),
    may("5F2D", "(?:[A-Za-z]{2}){1,4}", "languages are one to four pairs of letters"),
    may("5F50", "[ -~]+", "an issuer's address consists of common characters"),
    may("9F08", ".{4}", "an application version has 2 bytes"),
    # EMV Book 3: n 11, which takes 6 bytes.
    may("9F19", "0[0-9]{11}", "the token requester has 11 digits in 6 bytes"),
    may("9F24", "[A-Z0-9]{29}", "a payment account reference has 29 letters and digits"),
    may("9F25", "[0-9]{4}", "the last digits of a card number are four"),
)
