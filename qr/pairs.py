"""Names and values with a sign between them, as the formats of fields have them."""

from collections.abc import Iterable

from qr.errors import Deviation, Kind


def read_pairs(
    pieces: Iterable[str], *, between: str, words: str
) -> tuple[dict[str, str], tuple[Deviation, ...]]:
    """Return the values by name, and what is wrong; of a name that is there twice the first.

    `words` say what a field looks like. Empty pieces are passed over.
    """
    fields: dict[str, str] = {}
    deviations = []
    for piece in filter(None, pieces):
        name, sign, value = piece.partition(between)
        if not sign:
            deviations.append(Deviation(name[:20], Kind.STRUCTURE, words))
        elif name in fields:
            deviations.append(Deviation(name, Kind.DUPLICATE, "a field is there once"))
        else:
            fields[name] = value
    return fields, tuple(deviations)
