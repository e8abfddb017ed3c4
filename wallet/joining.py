"""Customers who open a wallet, or forgot its PIN: an address is proved, then a PIN chosen."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext

from identity.errors import VerificationOver
from identity.languages import keep_language
from identity.models import Session, User, Verification
from identity.pins import set_pin
from identity.sign_in import find_by_address
from identity.verifications import LIFE, derive_code, start_verification, use_up
from merchants.organisations import list_currencies
from relay.letters import Text, send_letter, send_to_each
from relay.pages import end_on_commit
from wallet.errors import WalletAlready
from wallet.models import Wallet
from wallet.payment_codes import revoke_codes
from wallet.topics import session_topic
from wallet.wallets import has_wallet, open_wallet

JOIN, FORGOTTEN = "wallet.join", "wallet.pin"


@transaction.atomic
def ask_to_join(address: str, *, name: str) -> Verification:
    """Send a code to somebody who wants a wallet.

    Raises:
        CodesTooMany, DoorsCrowded: the address, or all of them, were sent too many lately.
    """
    verification = start_verification(JOIN, address=address, name=name)
    send_letter("code", subject=verification.id, address=address)
    return verification


@transaction.atomic
def ask_for_new_pin(address: str) -> Verification:
    """Send a code to somebody who forgot the PIN; nothing goes to addresses without a wallet.

    The browser sees no difference, nor does its clock: `write_code` finds out who has a wallet.

    Raises:
        CodesTooMany, DoorsCrowded: the address, or all of them, were sent too many lately.
    """
    verification = start_verification(FORGOTTEN, address=address)
    send_letter("code", subject=verification.id, address=address)
    return verification


@transaction.atomic
def join(verification: Verification, *, pin: str) -> User:
    """Open a wallet for whoever has proved the address, with this PIN.

    Raises:
        VerificationOver: used meanwhile, not confirmed, or of somebody who is shut out.
        WalletAlready: there is a wallet with this address; its PIN stays.
    """
    use_up(verification)
    kind = "email" if "@" in verification.address else "phone"
    user, _ = User.objects.get_or_create(
        **{kind: verification.address}, defaults={"name": verification.name}
    )
    if not user.is_active:
        raise VerificationOver
    if has_wallet(user):
        raise WalletAlready
    try:
        with transaction.atomic():
            open_wallet(user, currency=list_currencies()[0])
    except IntegrityError:
        raise WalletAlready from None
    set_pin(user, pin)
    keep_language(user, get_language() or "")
    return user


@transaction.atomic
def choose_new_pin(verification: Verification, *, pin: str) -> User:
    """Replace the PIN of whoever has proved the address; sign out all devices, stop all codes.

    Raises:
        VerificationOver: used meanwhile, not confirmed, or of nobody.
    """
    use_up(verification)
    user = _find_owner(verification.address)
    if user is None:
        raise VerificationOver
    set_pin(user, pin)
    sign_out_everywhere(user)
    # To all of them: whoever reads one of the addresses may not be its owner.
    send_to_each("pin_changed", subject=verification.id, addresses=user.addresses)
    return user


def sign_out_everywhere(user: User) -> None:
    """Sign out all devices of a person's wallet and stop its codes, if there is a wallet.

    Must run inside the caller's transaction.
    """
    for wallet in Wallet.objects.filter(user=user).order_by("id"):
        # A lost phone may show payment codes without a connection.
        revoke_codes(wallet)
    sessions = Session.objects.filter(user=user, ended_at=None)
    end_on_commit(*(topic for each in sessions for topic in session_topic(each.id)))
    sessions.update(ended_at=timezone.now())


def write_code(verification_id: UUID) -> Text | None:
    """Write the code of a proof; None if it is over, or for the PIN of nobody."""
    young = timezone.now() - LIFE
    alive = Verification.objects.filter(used_at=None, created_at__gt=young)
    found = alive.filter(pk=verification_id).first()
    if found is None or (found.purpose == FORGOTTEN and not _find_owner(found.address)):
        return None
    code = derive_code(verification_id)
    words = gettext(
        "%(code)s is your code for the wallet. It works for ten minutes. Give it to nobody: we"
        " never ask for it."
    )
    shown = f"{code[:4]} {code[4:]}"
    return Text(
        subject=gettext("Your code for the wallet"), body=words % {"code": shown} + "\n"
    )


def write_pin_change(_subject: UUID) -> Text:
    """Write to somebody whose PIN was changed."""
    words = gettext(
        "Your PIN was changed just now, and all devices of your wallet were signed out. If it"
        " was not you, tell us at once."
    )
    return Text(subject=gettext("Your PIN was changed"), body=f"{words}\n")


def _find_owner(address: str) -> User | None:
    user = find_by_address(address)
    return user if user is not None and Wallet.objects.filter(user=user).exists() else None
