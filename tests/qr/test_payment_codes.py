"""Payment codes: written, opened, told genuine from guessed, and silent about what they say."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.errors import PayloadInvalid
from qr.payment_codes import (
    SERIAL_MAX,
    CodeKeys,
    OpenedCode,
    encode_code,
    group_digits,
    is_genuine,
    open_code,
)
from qr.recognition import Nature, recognize

KEYS = CodeKeys(b"s" * 32, b"t" * 32)
SECRET = b"x" * 32
STEP = 29_662_345
serials = st.integers(0, SERIAL_MAX)
secrets = st.binary(min_size=32, max_size=32)
steps = st.integers(50, 2**40)


def write(step=STEP, *, keys=KEYS, serial=1, secret=SECRET):
    return encode_code(keys, serial=serial, secret=secret, step=step)


@given(serials, secrets, steps)
def test_a_code_is_read_back_and_genuine(serial, secret, step):
    code = encode_code(KEYS, serial=serial, secret=secret, step=step)

    opened = open_code(KEYS, code)

    assert (len(code), code[:2], code.isdecimal()) == (18, "77", True)
    assert recognize(code).nature is Nature.PAYMENT_CODE
    assert (opened.serial, opened.step_rest) == (serial, step % 100)
    assert opened.find_step(near=step) == step
    assert is_genuine(KEYS, opened, secret=secret, step=step)


def test_what_was_written_once_is_written_so_for_ever():
    assert [write(29_000_000 + later) for later in range(3)] == [
        "777436155709583959",
        "777140666782137592",
        "777803671413814025",
    ]


@given(steps, st.integers(-50, 49))
def test_a_code_means_the_nearest_step_that_ends_like_it(near, ahead):
    opened = OpenedCode(serial=1, step_rest=(near + ahead) % 100, tag=0)

    assert opened.find_step(near=near) == near + ahead


@pytest.mark.parametrize("later", [1, 100, 10_000, 1_000_000])
def test_a_code_is_genuine_for_its_own_step_alone(later):
    opened = open_code(KEYS, write())

    assert not is_genuine(KEYS, opened, secret=SECRET, step=STEP + later)


@pytest.mark.parametrize(
    "other",
    [
        {"secret": b"y" * 32},
        {"keys": CodeKeys(KEYS.shuffle, b"u" * 32)},
        {"keys": CodeKeys(b"r" * 32, KEYS.tag)},
    ],
    ids=["another secret, as after it was revoked", "another tag key", "another shuffle"],
)
def test_a_code_of_another_secret_is_not_genuine(other):
    opened = open_code(KEYS, write(**other))

    assert not is_genuine(KEYS, opened, secret=SECRET, step=STEP)


@pytest.mark.parametrize("place", range(2, 18))
def test_a_code_with_another_digit_is_not_genuine(place):
    code = write()
    changed = f"{code[:place]}{(int(code[place]) + 1) % 10}{code[place + 1 :]}"

    opened = open_code(KEYS, changed)

    assert not is_genuine(KEYS, opened, secret=SECRET, step=opened.find_step(near=STEP))


@pytest.mark.parametrize("kind", ["codes of one wallet", "codes of one minute"])
def test_neighbors_share_nothing_that_shows(kind):
    pairs = 4000
    alike, distances = [0] * 16, set()

    for number in range(pairs):
        if kind == "codes of one wallet":
            pair = write(STEP + number), write(STEP + number + 1)
        else:
            pair = write(serial=number), write(serial=number + 1)
        one, other = (code[2:] for code in pair)
        alike = [count + (one[at] == other[at]) for at, count in enumerate(alike)]
        distances.add(int(one) - int(other))

    # Each digit is alike one time in ten, as by chance: 400, standard deviation 19.
    assert all(300 < count < 500 for count in alike), alike
    assert len(distances) == pairs


def test_codes_of_a_wallet_are_in_no_order():
    codes = [write(STEP + number) for number in range(2000)]

    rises = sum(one < other for one, other in pairwise(codes))

    # Half of them, with a standard deviation of 13.
    assert 920 < rises < 1080


def test_a_guess_finds_a_tag_once_in_a_million():
    # Everything else right by luck: the odds of what is left, without a million tries.
    tags = [open_code(KEYS, write(STEP + number)).tag for number in range(20_000)]
    endings = Counter(tag % 1000 for tag in tags)

    assert set(endings) == set(range(1000))
    assert max(endings.values()) < 60
    assert max(tags[:2000]) > 990_000


@pytest.mark.parametrize("form", ["{}", " {} ", "grouped", "hyphens"])
def test_a_code_is_read_however_it_is_typed(form):
    code = write()
    typed = {"grouped": group_digits(code), "hyphens": group_digits(code).replace(" ", "-")}

    assert open_code(KEYS, typed.get(form, form.format(code))) == open_code(KEYS, code)


def test_digits_are_read_aloud_by_threes():
    assert group_digits("770123456789012345") == "770 123 456 789 012 345"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "77",
        "77012345678901234",
        "7701234567890123456",
        "780123456789012345",
        "77012345678901234A",
        "77012345678901234\u0665",
        "-770123456789012345.0",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(PayloadInvalid, match="18 digits"):
        open_code(KEYS, text)


@pytest.mark.parametrize("serial", [-1, SERIAL_MAX + 1])
def test_a_serial_of_nine_digits_is_refused(serial):
    with pytest.raises(OverflowError):
        write(serial=serial)


def test_no_representation_shows_a_key_or_a_tag():
    shown = f"{KEYS} {open_code(KEYS, write())}"

    assert shown == f"CodeKeys() OpenedCode(serial=1, step_rest={STEP % 100})"
