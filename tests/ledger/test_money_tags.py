"""Money in templates."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from ledger.errors import CurrencyUnknown
from ledger.templatetags import money


class Row:
    amount_minor = 480
    currency = "EUR"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ row|money }}", "€4.80"),
        ("{% money 480 'EUR' %}", "€4.80"),
        ("{% money 480 'JPY' as yen %}[{{ yen }}]", "[¥480]"),
        (
            "{% amount 480 'EUR' %}",
            '<span class="amt" data-chars="5"><small>€</small>4.80</span>',
        ),
        (
            "{% amount minor 'EUR' %}",
            '<span class="amt" data-chars="6">\u2212<small>€</small>0.05</span>',
        ),
        (
            "{% amount 150000000 'IDR' %}",
            '<span class="amt" data-chars="15"><small>IDR</small>\u00a01,500,000.00</span>',
        ),
    ],
)
def test_templates_write_money(source, text):
    template = Template("{% load money %}" + source)

    assert template.render(Context({"row": Row(), "minor": -5})) == text


def test_the_sign_may_stand_behind():
    with override("de"):
        text = money.amount(480, "EUR")

    assert text == '<span class="amt" data-chars="6">4,80\u00a0<small>€</small></span>'


def test_an_unknown_currency_is_never_written():
    with pytest.raises(CurrencyUnknown):
        money.money_of(480, "ZZZ")


@pytest.mark.parametrize(
    ("language", "text"), [("en", "5.5"), ("fr", "5,5"), ("ar", "5.5"), ("de", "5,5")]
)
def test_a_percentage_has_the_point_or_comma_of_the_page(language, text):
    with override(language):
        assert money.percent_of(550) == text
        assert money.percent_of(1900) == "19"
