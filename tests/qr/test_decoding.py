"""Our pictures as cameras see them, read by a scanner of another make.

`bench/decode_trial.py` takes more shots, and shows them to more readers.
"""

import pytest
import zxingcpp

from tests.qr.shots import CASES, PAYLOADS, open_camera

SHOTS = 2
# Where zxing-cpp gives up on some shots; docs/qr.md has the shares.
TOO_HARD = {
    "blurred by 0.5 of a module",
    "blurred by 0.67 of a module",
    "contrast 16 of 255, noise 3",
    "noise 50",
    "noise 80",
    "tilted 35 degrees",
}
# What our own pages show.
OURS = ("charge link", "charge as EMVCo code", "payment code")


def read(picture):
    return [found.text for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("payload", OURS)
@pytest.mark.parametrize("case", sorted(CASES.keys() - TOO_HARD))
def test_every_shot_is_read(case, payload):
    change, pixels = CASES[case]
    text = PAYLOADS[payload]

    shots = [open_camera(seed).take(text, change, pixels=pixels) for seed in range(SHOTS)]

    assert [read(shot) for shot in shots] == [[text]] * SHOTS


@pytest.mark.parametrize("payload", OURS)
@pytest.mark.parametrize("case", sorted(TOO_HARD))
def test_no_shot_is_mistaken_for_another_text(case, payload):
    change, pixels = CASES[case]
    text = PAYLOADS[payload]

    shots = [open_camera(seed).take(text, change, pixels=pixels) for seed in range(SHOTS)]

    assert all(read(shot) in ([], [text]) for shot in shots)


def test_the_same_chance_takes_the_same_shot():
    change, pixels = CASES["turned 12, tilted 20, blurred 0.33, noise 12, JPEG 50"]

    first, again, other = (
        open_camera(seed).take("7K4M92QY", change, pixels=pixels).tobytes()
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other
