"""The caller: a till with its cashier, a merchant's server, or a payer at a counter code."""

from dataclasses import dataclass
from uuid import UUID

from merchants.models import StaffMember, Store
from pos.models import CounterCode, Terminal
from qr.references import encode_reference


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from, and what it may do."""

    store: Store
    terminal: Terminal | None
    cashier: StaffMember | None
    may_refund: bool
    is_authenticated: bool = True
    counter_code: CounterCode | None = None
    payer_id: UUID | None = None
    token_id: int | None = None

    @property
    def owner_id(self) -> UUID:
        """Return the owner of idempotency keys: the payer, the terminal, or the merchant."""
        if self.payer_id:
            return self.payer_id
        return self.terminal.id if self.terminal else self.store.merchant_id

    @property
    def actor(self) -> str:
        """Return the public reference under which the audit log knows the caller."""
        if self.payer_id:
            return "payer"
        if self.terminal:
            return self.terminal.public_id
        return encode_reference("mr", self.store.merchant_id)


def call_from_till(
    terminal: Terminal, cashier: StaffMember | None, *, token_id: int | None = None
) -> Caller:
    """Describe a paired device; to refund, both the till and its cashier need the right."""
    allowed = terminal.may_refund and cashier is not None and cashier.may_refund
    return Caller(terminal.store, terminal, cashier, may_refund=allowed, token_id=token_id)


def call_from_terminal(terminal: Terminal, *, token_id: int | None = None) -> Caller:
    """Describe an integration, which acts for a till with a token of its own."""
    allowed = terminal.may_refund
    return Caller(terminal.store, terminal, None, may_refund=allowed, token_id=token_id)


def call_from_merchant(store: Store) -> Caller:
    """Describe a merchant's server, which acts for one of the merchant's stores."""
    return Caller(store, None, None, may_refund=True)


def call_from_payer(code: CounterCode, payer_id: UUID) -> Caller:
    """Describe a payer at a counter code; `payer_id` is the wallet's id."""
    return Caller(
        code.store, code.terminal, None, may_refund=False, counter_code=code, payer_id=payer_id
    )
