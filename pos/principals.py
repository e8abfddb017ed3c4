"""The principal: a till with its cashier, a merchant's server, or a payer at a counter code."""

from dataclasses import dataclass
from uuid import UUID

from merchants.models import StaffMember, Store
from pos.models import CounterCode, Terminal
from qr.references import encode_reference


@dataclass(frozen=True, slots=True)
class Principal:
    """Where a request comes from, and what it may do."""

    store: Store
    terminal: Terminal | None
    cashier: StaffMember | None
    may_refund: bool
    is_authenticated: bool = True
    counter_code: CounterCode | None = None
    wallet_id: UUID | None = None
    token_id: int | None = None

    @property
    def id(self) -> UUID:
        """Return whose idempotency keys these are: the payer, the terminal, or the merchant."""
        if self.wallet_id:
            return self.wallet_id
        return self.terminal.id if self.terminal else self.store.merchant_id

    @property
    def actor(self) -> str:
        """Return the public reference under which the audit log knows the principal."""
        if self.wallet_id:
            return "payer"
        if self.terminal:
            return self.terminal.public_id
        return encode_reference("mr", self.store.merchant_id)


def act_at_till(
    terminal: Terminal, cashier: StaffMember | None, *, token_id: int | None = None
) -> Principal:
    """Describe a paired device; to refund, both the till and its cashier need the right."""
    allowed = terminal.may_refund and cashier is not None and cashier.may_refund
    return Principal(terminal.store, terminal, cashier, may_refund=allowed, token_id=token_id)


def act_for_terminal(terminal: Terminal, *, token_id: int | None = None) -> Principal:
    """Describe an integration, which acts for a till with a token of its own."""
    allowed = terminal.may_refund
    return Principal(terminal.store, terminal, None, may_refund=allowed, token_id=token_id)


def act_for_merchant(store: Store) -> Principal:
    """Describe a merchant's server, which acts for one of the merchant's stores."""
    return Principal(store, None, None, may_refund=True)


def act_for_payer(code: CounterCode, wallet_id: UUID) -> Principal:
    """Describe a payer at a counter code; `wallet_id` is the wallet's id."""
    return Principal(
        code.store,
        code.terminal,
        None,
        may_refund=False,
        counter_code=code,
        wallet_id=wallet_id,
    )
