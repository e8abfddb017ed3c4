"""Parts of amounts in minor units, exact to the last one: rounded, and shared out."""

from collections.abc import Sequence


def divide(dividend: int, divisor: int) -> int:
    """Divide, and round half away from zero; the divisor is above zero."""
    rounded = (2 * abs(dividend) + divisor) // (2 * divisor)
    return rounded if dividend >= 0 else -rounded


def share_out(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights: whole units, the rest to the largest remainders.

    Of equal remainders the earlier one comes first. Neither the amount nor a weight is below
    zero. The shares add up to the amount, and where that is at most the weights together, none
    is above its weight.
    """
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    shares = [amount_minor * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda place: -(amount_minor * weights[place] % whole)
    )
    for place in by_remainder[: amount_minor - sum(shares)]:
        shares[place] += 1
    return shares
