"""The demo's table says where everything is and how to sign in."""

import json

from PIL import Image, ImageDraw
from zxingcpp import read_barcodes

from config.announcement import describe_demo, draw_code

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
    text = describe_demo(json.dumps(FACTS), url="http://127.0.0.1:9000")

    for words in (
        "http://127.0.0.1:9000/till/",
        "pairing code 7K4M92 (Garden, Counter; more: Dashboard, Tills)",
        "Mia: PIN 1234 (Garden)",
        "Eva: PIN 9999 (Kiosk)",
        "http://127.0.0.1:9000/dashboard/",
        "owner@volta.example, password correct horse",
        "http://127.0.0.1:9000/wallet/",
        "Li Wei: +353 1, PIN 123456",
        "http://127.0.0.1:9000/demo/mail/",
    ):
        assert words in text
    assert text.count("pairing code") == 1


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
