"""A keyed permutation of all numbers of 16 digits; with the key it can be inverted.

A balanced Feistel network over two halves of eight decimal digits, ten rounds, as NIST SP
800-38G's FF1 is built; the round function is keyed BLAKE2b (RFC 7693) instead of AES-CBC-MAC,
because the standard library has BLAKE2b and no AES. Every round can be undone whatever its
function is, so that the whole is a bijection for every key; the halves are decimal, so that no
number falls outside and none has to be shuffled twice.
"""

from hashlib import blake2b

NUMBERS = 10**16
_HALF = 10**8
_ROUNDS = 10
_PERSON = b"tessera shuffle"


def shuffle_number(key: bytes, number: int) -> int:
    """Return the number's place in the key's order.

    Raises:
        OverflowError: the number is negative or has more than 16 digits.
    """
    left, right = _split(number)
    for turn in range(_ROUNDS):
        left, right = right, (left + _mix(key, turn, half=right)) % _HALF
    return left * _HALF + right


def unshuffle_number(key: bytes, number: int) -> int:
    """Return the number that is at this place in the key's order.

    Raises:
        OverflowError: the number is negative or has more than 16 digits.
    """
    left, right = _split(number)
    for turn in reversed(range(_ROUNDS)):
        left, right = (right - _mix(key, turn, half=left)) % _HALF, left
    return left * _HALF + right


def _split(number: int) -> tuple[int, int]:
    if not 0 <= number < NUMBERS:
        raise OverflowError("Only numbers of up to 16 digits are shuffled.")
    return divmod(number, _HALF)


def _mix(key: bytes, turn: int, *, half: int) -> int:
    # 16 bytes for a number of 27 bits: the rest of the division favors no half noticeably.
    digest = blake2b(
        half.to_bytes(4), digest_size=16, key=key, salt=bytes([turn]), person=_PERSON
    )
    return int.from_bytes(digest.digest()) % _HALF
