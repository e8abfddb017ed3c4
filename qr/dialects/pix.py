"""Pix (BR Code), static, dynamic and composite.

Source: Banco Central do Brasil, Manual de Padrões para Iniciação do Pix 2.2, 1.3 and 1.5.
"""

from dataclasses import replace

from qr.errors import Kind
from qr.mpm_dialect import MpmDialect
from qr.mpm_requests import ASK
from qr.mpm_rules import TEMPLATE_IDS, UNRESERVED_IDS
from qr.mpm_templates import Template
from qr.payment import Initiation, PaymentRequest
from qr.rules import Presence, Values, Waiver, may, must, never

GUID = "br.gov.bcb.pix"
_URL = r"[a-z0-9.-]+\.[a-z]{2,}(?::[0-9]+)?/[!-~]+"
_URL_RULE = "an address has at most 77 characters, a host and a path, and no https://"


def _is_dynamic(values: Values) -> bool:
    return "@-25" in values


def _is_static(values: Values) -> bool:
    return "@-25" not in values


def _wants_key(values: Values) -> bool:
    recurs = any(values.get(f"{name}-00", "").lower() == GUID for name in UNRESERVED_IDS)
    return _is_static(values) and not recurs


def _refine(request: PaymentRequest, values: Values) -> PaymentRequest:
    # The address answers what a dynamic code asks for; 01 only says whether to pay it twice.
    dynamic = _is_dynamic(values)
    return replace(request, initiation=Initiation.DYNAMIC) if dynamic else request


def _finish(_request: PaymentRequest, values: dict[str, str]) -> None:
    values.setdefault("62-05", ASK)


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
    waivers=(Waiver("54", Kind.VALUE, _is_dynamic),),
    defaults={"52": "0000"},
    refine=_refine,
    finish=_finish,
)  # fmt: skip
