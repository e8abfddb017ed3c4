"""Set an installation up, once: its organisation and its first operator.

A code guards it. `migrate` draws a nonce as the tables' owner and keeps the code's digest; the
code is an HMAC of the nonce with `SECRET_KEY`, so that the web's log can show it and no row
holds it. Code and rights are looked at by `console/sql/set_up.sql`.
"""

import hashlib
import hmac
import logging
import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import uuid6
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from console.errors import (
    OperatorAddressTaken,
    SetUpClosed,
    SetUpCodeOver,
    SetUpCodeWrong,
)
from console.models import Operator, SetUpCode
from foundation.digits import fold_digits
from merchants.addresses import Address
from merchants.models import LegalForm, Licence
from merchants.organisations import find_organisation
from qr.crockford import ALPHABET

logger = logging.getLogger(__name__)
LIFE = timedelta(days=7)
_SALT = "console.set_up"
_LENGTH = 12
_MEANT = str.maketrans("OIL", "011")
_TRY = "SELECT console_try_set_up_code(code_digest => %(digest)s)"
_SET_UP = """
    SELECT console_set_up(
        code_digest => %(digest)s, organisation => %(organisation)s, operator => %(operator)s,
        entry_id => %(entry)s, device => %(device)s)
"""
# An organisation stays for good, so a process asks for it no more once it has seen it.
_founded = Event()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganisation:
    """Who will run the installation."""

    legal_name: str
    legal_form: LegalForm
    licence: Licence
    address: Address
    currency: str
    time_zone: str

    def write_facts(self) -> dict[str, str]:
        """Return the organisation as its row has it."""
        facts: dict[str, Any] = asdict(self)
        address: dict[str, str] = facts.pop("address")
        return facts | address


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperator:
    """The first operator."""

    name: str
    email: str
    password: str


def is_open() -> bool:
    """Return whether the installation still waits to be set up; False without a database."""
    if _founded.is_set():
        return False
    try:
        if find_organisation() is None:
            return True
    except DatabaseError:
        return False
    _founded.set()
    return False


def is_new() -> bool:
    """Return whether nobody has begun: it waits to be set up, and has no operator either.

    One with operators alone comes from before there was a set-up; it is theirs to finish.
    """
    return is_open() and not Operator.objects.exists()


def forget_founding() -> None:
    """Ask for the organisation again, as in a test that has undone it."""
    _founded.clear()


def offer_code() -> None:
    """Draw the code of a new installation, unless one is valid; runs as the tables' owner."""
    code = SetUpCode.objects.first()
    if code is None or code.expires_at <= timezone.now():
        draw_code()


def draw_code() -> None:
    """Draw a new code in place of any other, if there is no organisation; as the owner."""
    if find_organisation() is not None:
        return
    nonce = uuid.uuid4()
    facts = {
        "nonce": nonce,
        "digest": _digest(_derive(nonce)),
        "tries": 0,
        "expires_at": timezone.now() + LIFE,
        "used_at": None,
    }
    SetUpCode.objects.update_or_create(id=1, defaults=facts)


def read_code() -> str:
    """Return the code, in groups of four signs, for whoever can read the log.

    Raises:
        SetUpClosed: the installation is set up.
        SetUpCodeOver: there is none that is valid.
    """
    if not is_open():
        raise SetUpClosed
    code = SetUpCode.objects.filter(used_at=None, expires_at__gt=timezone.now()).first()
    if code is None or bytes(code.digest) != _digest(_derive(code.nonce)):
        raise SetUpCodeOver
    text = _derive(code.nonce)
    return "-".join(text[at : at + 4] for at in range(0, _LENGTH, 4))


def announce_code() -> None:
    """Write into the log how a new installation is set up; nothing once it is.

    Also where the log is set to tell errors alone: nobody could begin without it.
    """
    try:
        code = read_code()
    except SetUpClosed:
        return
    except SetUpCodeOver as refusal:
        logger.warning("Nobody has set this installation up. %s", refusal)
        return
    except DatabaseError:
        logger.warning("Without the database nobody can tell whether this is set up.")
        return
    level = max(logging.WARNING, logger.getEffectiveLevel())
    logger.log(
        level, "Set this installation up at %s/setup/ : code %s", settings.PUBLIC_URL, code
    )


def try_code(code: str) -> None:
    """Look whether this is the code; a wrong one is counted.

    Raises:
        SetUpClosed, SetUpCodeWrong, SetUpCodeOver: it opens nothing.
    """
    _explain(_ask(_TRY, {"digest": _digest(_fold(code))}))


def set_up(
    code: str, organisation: NewOrganisation, operator: NewOperator, *, device: str
) -> UUID:
    """Set the installation up and return its operator's id; of two at once one does it.

    Raises:
        SetUpClosed, SetUpCodeWrong, SetUpCodeOver: as `try_code`.
        OperatorAddressTaken: the operator's address is somebody else's.
    """
    operator_id = uuid6.uuid7()
    facts = {
        "digest": _digest(_fold(code)),
        "organisation": Jsonb(organisation.write_facts()),
        "operator": Jsonb(
            {
                "id": str(operator_id),
                "name": operator.name,
                "email": operator.email.strip().lower(),
                "password": make_password(operator.password),
            }
        ),
        "entry": uuid6.uuid7(),
        "device": device[:120],
    }
    try:
        with transaction.atomic():
            outcome = _ask(_SET_UP, facts)
    except IntegrityError:
        raise OperatorAddressTaken from None
    _explain(outcome)
    return operator_id


def was_used(code: str) -> bool:
    """Return whether the installation was set up by this code, as by the first tap of two."""
    return _ask(_TRY, {"digest": _digest(_fold(code))}) == "used"


def _ask(sql: str, facts: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        (outcome,) = cursor.fetchone() or ("over",)
    return str(outcome)


def _explain(outcome: str) -> None:
    refusals: dict[str, type[Exception]] = {
        "wrong": SetUpCodeWrong,
        "over": SetUpCodeOver,
        "used": SetUpClosed,
        "closed": SetUpClosed,
        "address_taken": OperatorAddressTaken,
    }
    if outcome in refusals:
        raise refusals[outcome]


def _derive(nonce: UUID) -> str:
    secret = f"{_SALT}:{settings.SECRET_KEY}".encode()
    number = int.from_bytes(hmac.digest(secret, nonce.bytes, hashlib.sha256))
    return "".join(ALPHABET[number >> (5 * at) & 31] for at in range(_LENGTH))


def _fold(typed: str) -> str:
    folded = fold_digits(typed).upper().translate(_MEANT)
    return "".join(folded.replace("-", "").split())


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="replace")).digest()
