"""Pix (BR Code), static, dynamic and composite.

Source: Banco Central do Brasil, Manual de Padrões para Iniciação do Pix 2.2, 1.3 and 1.5.
"""

from dataclasses import replace

from qr.amounts import is_amount, is_zero
from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_requests import ASK
from qr.mpm_rules import TEMPLATE_IDS, UNRESERVED_IDS
from qr.mpm_templates import Template
from qr.payment import Initiation, PaymentRequest
from qr.rules import Presence, Values, Waiver, may, must, never

GUID = "br.gov.bcb.pix"
_URL = r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?::[0-9]+)?/[!-~]+"
_HEX = "[0-9A-Fa-f]"
# An e-mail address, a person's number, a company's (with letters since 2026), a telephone
# number, or 128 random bits.
_KEY = (
    r"[!-?A-~]+@[!-?A-~]+|[0-9]{11}|[0-9A-Z]{12}[0-9]{2}|\+[1-9][0-9]{6,14}"
    f"|{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
)
_URL_RULE = "an address has at most 77 characters, a host and a path, and no https://"


def _is_dynamic(values: Values) -> bool:
    return "@-25" in values


def _is_static(values: Values) -> bool:
    return "@-25" not in values


def _wants_key(values: Values) -> bool:
    recurs = any(values.get(f"{name}-00", "").lower() == GUID for name in UNRESERVED_IDS)
    return _is_static(values) and not recurs


def _is_ignored(values: Values) -> bool:
    amount = values.get("54", "")
    return _is_dynamic(values) and is_amount(amount) and is_zero(amount)


def _refine(request: PaymentRequest, values: Values) -> PaymentRequest:
    # The address answers what a dynamic code asks for; 01 only says whether to pay it twice.
    if not _is_dynamic(values):
        return request
    often = {"01": "11"} if request.initiation is Initiation.STATIC else {}
    return replace(request, initiation=Initiation.DYNAMIC, extra={**request.extra, **often})


def _finish(_request: PaymentRequest, values: dict[str, str]) -> None:
    values.setdefault("62-05", ASK)
    # A recurrence alone stands beside a template that says nothing but whose it is.
    if all(values.get(f"{name}-00", "").lower() != GUID for name in TEMPLATE_IDS):
        values["26-00"] = GUID


DIALECT = MpmDialect(
    name="pix",
    title="Pix",
    currencies=("BRL",),
    countries=("BR",),
    templates=(
        Template(
            ids=TEMPLATE_IDS,
            guid=GUID,
            accounts={"01": "key", "25": "url"},
            rules=(
                must("01", ".{1,77}", "a static code carries a Pix key", when=_wants_key),
                may("01", _KEY, "a key is an e-mail address, CPF, CNPJ, +telephone or UUID",
                    weight=Weight.TOLERABLE),
                never("01", "a dynamic code carries no Pix key", when=_is_dynamic),
                may("03", "[0-9]{8}", "a withdrawal's provider is an ISPB of 8 digits"),
                may("25", f"(?=.{{1,77}}$){_URL}", _URL_RULE),
            ),
        ),
        Template(
            ids=UNRESERVED_IDS,
            guid=GUID,
            accounts={"25": "recurrence_url"},
            rules=(must("25", f"(?=.{{1,77}}$){_URL}", _URL_RULE),),
            presence=Presence.OPTIONAL,
        ),
    ),
    rules=(
        must("62-05", None, "the reference label is mandatory"),
        must("62-05", r"[A-Za-z0-9]{1,25}|\*{3}", "a txid is 1 to 25 letters and digits or ***",
             when=_is_static),
    ),
    waivers=(Waiver("54", Kind.VALUE, _is_ignored),),
    defaults={"52": "0000"},
    refine=_refine,
    finish=_finish,
)  # fmt: skip
