"""Public references inside a large statement, where a call for each row takes too long.

They are those of `pos/sql/encode_reference.sql`. The first byte makes two letters, the first of
which has three bits; then each five bytes make eight. Those eight are made together, each in a
byte of one number: five bits are moved into each byte, then all become digits, and those of 10
and more become letters, with a step for each of i, l, o and u, which are left out. A statement
takes a row's bits, then spreads them, then writes the letters, each in a select of its own, so
that PostgreSQL works each out once a row.

Numbers are decimal and bytes are read by way of bits, because PostgreSQL 15 knows no others.
"""

_TAKE = ", ".join(
    [
        "get_byte(uuid_send({id}), 0) first",
        *(
            f"('x' || encode(substr(uuid_send({{id}}), {at}, 5), 'hex'))"
            f"::bit(40)::bigint bits_{n}"
            for n, at in ((1, 2), (2, 7), (3, 12))
        ),
    ]
)
_SPREAD = " | ".join(f"(({{bits}} & {0x1F << 5 * n}) << {3 * n})" for n in range(8))
_LETTER_LIMITS = (10, 18, 20, 22, 27)


def take_bits(identifier: str) -> str:
    """Return the columns `first`, `bits_1` to `bits_3` of a UUID, as SQL."""
    return _TAKE.format(id=identifier)


def spread_bits() -> str:
    """Return the columns `eight_1` to `eight_3` of those, as SQL."""
    return ", ".join(f"{_SPREAD.format(bits=f'bits_{n}')} eight_{n}" for n in (1, 2, 3))


def write_letters(prefix: str) -> str:
    """Return the reference of those and of `first`, as SQL."""
    eights = " || ".join(f"int8send({_write_eight(f'eight_{n}')})" for n in (1, 2, 3))
    second = "substr('0123456789abcdefghjkmnpqrstvwxyz', (first & 31) + 1, 1)"
    return f"'{prefix}_' || (first >> 5) || {second} || encode({eights}, 'escape')"


def _write_eight(eight: str) -> str:
    digits, *letters = (
        f"((({eight} + {_repeat(32 - limit)}) >> 5) & {_repeat(1)})" for limit in _LETTER_LIMITS
    )
    return f"{eight} + {_repeat(ord('0'))} + {digits} * 39 + {' + '.join(letters)}"


def _repeat(byte: int) -> int:
    return int.from_bytes(bytes([byte]) * 8)
