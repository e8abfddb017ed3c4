"""Questions a payer asks."""

from uuid import UUID

from django.db.models import QuerySet

from pos.queries import read_reference
from wallet.models import CodeUse, Payment, Wallet

PAGE_SIZE = 30


def list_payments(wallet: Wallet) -> QuerySet[Payment]:
    """List a wallet's payments with their charges, newest first."""
    mine = Payment.objects.filter(wallet=wallet).order_by("-id")
    return mine.select_related("charge__store__merchant", "charge__terminal", "charge__receipt")


def page_payments(
    payments: QuerySet[Payment], *, after: str
) -> tuple[list[Payment], str | None]:
    """Cut one page out of a list that is sorted newest first; give it and the next cursor.

    Raises:
        ChargeUnknown: the cursor is not one of ours.
    """
    if after:
        payments = payments.filter(pk__lt=read_reference("py", after))
    rows = list(payments[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].public_id if more else None


def find_own_payment(wallet: Wallet, payment_id: UUID) -> Payment | None:
    """Find one of the wallet's payments."""
    return list_payments(wallet).filter(pk=payment_id).first()


def find_last_use(wallet: Wallet) -> CodeUse | None:
    """Find the use of the wallet's newest payment code that was used, with its charge."""
    uses = CodeUse.objects.filter(wallet=wallet).order_by("-step")
    return uses.select_related("wallet", "charge__store__merchant", "charge__terminal").first()
