"""Other wallets' payment codes are known by their numbers and never shown."""

import pytest

from qr.dialects.wallet_codes import ALIPAY, UNIONPAY, WECHAT
from tests.qr.payloads import refuse

CODES = {
    "100061098828009406": WECHAT,
    "150061098828009406": WECHAT,
    "2500610988280094": ALIPAY,
    "300061098828009406123456": ALIPAY,
    "621234567890123456": UNIONPAY,
    "6212345678901234567": UNIONPAY,
}
REFUSALS = [
    (WECHAT, "160061098828009406", "prefix", "value"),
    (WECHAT, "10006109882800940", "digits", "value"),
    (WECHAT, "10006109882800940A", "digits", "characters"),
    (WECHAT, "", "digits", "characters"),
    (ALIPAY, "318186539097317031", "prefix", "value"),
    (ALIPAY, "280244567856723", "digits", "value"),
    (ALIPAY, "28818653909731703A", "digits", "characters"),
    (UNIONPAY, "62123456789012345", "digits", "value"),
    (WECHAT, "1٢0061098828009406", "digits", "characters"),
]


@pytest.mark.parametrize("text", CODES)
def test_a_number_belongs_to_one_wallet(text):
    assert [each for each in (WECHAT, ALIPAY, UNIONPAY) if each.recognize(text)] == [
        CODES[text]
    ]
    reading = CODES[text].decode(text)
    assert reading.fields == {"digits": len(text), "prefix": text[:2]}
    assert CODES[text].write(reading) == text


@pytest.mark.parametrize(("dialect", "text", "object_id", "kind"), REFUSALS)
def test_each_rule_names_its_part(dialect, text, object_id, kind):
    assert refuse(dialect.decode, text) == (object_id, kind)
