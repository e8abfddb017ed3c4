"""Names and values with a separator between them, as in formats of fields."""

from collections.abc import Iterable

from qr.errors import Deviation, Kind


def read_pairs(
    pieces: Iterable[str], *, between: str, words: str
) -> tuple[dict[str, str], tuple[Deviation, ...]]:
    """Return the values by name, and the deviations; of a repeated name the first counts.

    `words` describe a field. Empty pieces are skipped.
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
