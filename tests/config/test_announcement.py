"""The demo's table says where everything is and how to sign in."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from zxingcpp import read_barcodes

from demo.announcement import describe_demo, draw_code

FACTS = {
    "merchants": [
        {
            "name": "Café Volta",
            "owner": {"email": "owner@volta.example", "password": "correct horse"},
            "stores": [
                {
                    "name": "Garden",
                    "cashiers": [
                        {"name": "Mia", "pin": "1234"},
                        {"name": "Ben", "pin": "5678"},
                    ],
                    "terminals": [{"name": "Counter"}, {"name": "Tray"}],
                },
                {
                    "name": "Kiosk",
                    "cashiers": [{"name": "Eva", "pin": "9999"}],
                    "terminals": [{"name": "Hatch"}],
                },
            ],
        }
    ],
    "pairing": {"terminal": "Counter", "code": "7K4M92"},
    "customers": [{"name": "Li Wei", "phone": "+353 1", "pin": "123456"}],
}


def test_every_sign_in_is_shown_with_its_address():
    text = describe_demo(
        json.dumps(FACTS), url="http://localhost:9000", facts_path=Path("here/demo.json")
    )

    for words in (
        "http://localhost:9000/till/",
        "pairing code 7K4M92 (Garden, Counter; more: Dashboard, Tills)",
        "Mia: PIN 1234 (Garden)",
        "Eva: PIN 9999 (Kiosk)",
        "http://localhost:9000/dashboard/",
        "owner@volta.example, password correct horse",
        "http://localhost:9000/wallet/",
        "Li Wei: +353 1, PIN 123456",
        "http://localhost:9000/demo/mail/",
    ):
        assert words in text
    assert text.count("pairing code") == 1
    assert "here/demo.json" in text


@pytest.mark.parametrize(
    ("url", "is_drawn"),
    [
        ("http://localhost:9000", False),
        ("http://127.0.0.1:9000", False),
        ("http://[::1]:9000", False),
        ("http://192.0.2.7:9000", True),
        ("http://till-server:9000", True),
    ],
)
def test_a_code_is_drawn_only_where_a_phone_can_open_it(url, is_drawn):
    text = describe_demo(json.dumps(FACTS), url=url, facts_path=Path("demo.json"))

    assert (draw_code(f"{url}/") in text) == is_drawn
    assert (f"For a phone or a tablet in this network: {url}/" in text) == is_drawn


def test_the_drawn_code_can_be_scanned():
    lines = draw_code("http://192.0.2.7:9000/till/").splitlines()

    picture = Image.new("L", (12 * max(map(len, lines)), 24 * len(lines)), 0)
    draw = ImageDraw.Draw(picture)
    for y, line in enumerate(lines):
        for x, block in enumerate(line):
            if block in "█▀":
                draw.rectangle((12 * x, 24 * y, 12 * x + 11, 24 * y + 11), 255)
            if block in "█▄":
                draw.rectangle((12 * x, 24 * y + 12, 12 * x + 11, 24 * y + 23), 255)
    assert [code.text for code in read_barcodes(picture)] == ["http://192.0.2.7:9000/till/"]
