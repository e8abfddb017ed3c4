"""Read-only queries of the payer."""

from uuid import UUID

from django.db.models import QuerySet

from foundation.paging import Page, cut_page
from pos.places import list_paths
from pos.queries import read_reference
from wallet.models import Payment, PaymentCodeUse, Wallet

PAGE_SIZE = 30


def list_payments(wallet: Wallet) -> QuerySet[Payment]:
    """List a wallet's payments with their charges, newest first."""
    mine = Payment.objects.filter(wallet=wallet).order_by("-id")
    return mine.select_related(*list_paths("charge__"), "charge__receipt")


def page_payments(wallet: Wallet, *, after: str) -> Page[Payment]:
    """Return one page of a wallet's payments with their charges, newest first.

    Raises:
        NotFound: the cursor is not one of ours.
    """
    payments = list_payments(wallet)
    if after:
        payments = payments.filter(pk__lt=read_reference("py", after))
    page = cut_page(payments, size=PAGE_SIZE, cursor=lambda payment: payment.public_id)
    for payment in page.rows:
        payment.wallet = wallet
    return page


def find_own_payment(wallet: Wallet, payment_id: UUID) -> Payment | None:
    """Find one of the wallet's payments."""
    return list_payments(wallet).filter(pk=payment_id).first()


def find_last_use(wallet: Wallet) -> PaymentCodeUse | None:
    """Find the last use of one of the wallet's payment codes, with its charge."""
    uses = PaymentCodeUse.objects.filter(wallet=wallet).order_by("-step")
    return uses.select_related("wallet", *list_paths("charge__")).first()
