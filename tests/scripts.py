"""The digits of other scripts, as `str.translate` takes them."""

_ZEROS = {"arabic": 0x0660, "persian": 0x06F0, "devanagari": 0x0966, "full width": 0xFF10}


def _digits_from(zero: int) -> dict[int, str]:
    return {ord(str(value)): chr(zero + value) for value in range(10)}


SCRIPTS = {name: _digits_from(zero) for name, zero in _ZEROS.items()}
ARABIC, PERSIAN, FULL_WIDTH = (SCRIPTS[name] for name in ("arabic", "persian", "full width"))
