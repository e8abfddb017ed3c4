"""What the console's search found: each with its words and the address of its page."""

from dataclasses import dataclass

from django.urls import reverse

from banking.models import Adjustment, Break, Entry, Expectation, Order, PaymentFile, Statement
from identity.models import User
from merchants.models import Application, Merchant
from pos.models import Charge
from qr.references import encode_reference
from wallet.models import Wallet


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, and the address of its page."""

    title: str
    note: str
    address: str
    amount_minor: int | None = None
    currency: str = ""


def show_person(person: User) -> Hit:
    """Show a person by name and addresses."""
    note = " · ".join(person.addresses)
    return Hit(person.name, note, _link("person", encode_reference("us", person.id)))


def show_shop(shop: Merchant) -> Hit:
    """Show a shop by name and country."""
    return Hit(shop.name, shop.country, _link("shop", shop.public_id))


def show_application(application: Application) -> Hit:
    """Show a shop that applied, by name and state."""
    link = _link("application", application.public_id)
    return Hit(application.shop_name, application.status, link)


def show_wallet(wallet: Wallet) -> Hit:
    """Show a wallet by its owner and currency."""
    return Hit(wallet.user.name, wallet.currency, _link("wallet", wallet.public_id))


def show_charge(charge: Charge) -> Hit:
    """Show a sale by its short code and store."""
    facts = (charge.amount_minor, charge.currency)
    link = _link("charge", charge.public_id)
    return Hit(charge.short_code_grouped, charge.store.name, link, *facts)


def show_order(order: Order) -> Hit:
    """Show an order by whom it pays and its end-to-end id."""
    facts = (order.amount_minor, order.currency)
    link = _link("order", order.public_id)
    return Hit(order.creditor_name, order.end_to_end_id, link, *facts)


def show_run(run: PaymentFile) -> Hit:
    """Show a run by its message id."""
    facts = (run.total_minor, run.account.currency)
    return Hit(run.message_id, run.status, _link("run", run.public_id), *facts)


def show_entry(entry: Entry, row: Break | None = None) -> Hit:
    """Show what the bank booked: its break, if it is one, or else its statement."""
    link = _link("statement", entry.statement.public_id)
    if row is not None:
        link = _link("break", row.public_id)
    title = entry.party_name or entry.bank_reference or str(entry.statement)
    day = entry.booked_on.isoformat()
    return Hit(title, day, link, entry.amount_minor, entry.currency)


def show_break(row: Break) -> Hit:
    """Show money of nobody by who sent it."""
    return show_entry(row.entry, row)


def show_top_up(announced: Expectation, wallet: Wallet) -> Hit:
    """Show an announced top-up by its wallet and reference."""
    facts = (announced.amount_minor, announced.currency)
    link = _link("wallet", wallet.public_id)
    return Hit(wallet.user.name, announced.reference, link, *facts)


def show_adjustment(row: Adjustment) -> Hit:
    """Show money moved by hand by its reason."""
    facts = (row.amount_minor, row.currency)
    return Hit(row.reason, "", _link("adjustment", row.public_id), *facts)


def show_statement(statement: Statement) -> Hit:
    """Show a statement by its account."""
    link = _link("statement", statement.public_id)
    return Hit(statement.account.iban, statement.statement_id, link)


def _link(page: str, reference: str) -> str:
    return reverse(f"console:{page}", kwargs={"reference": reference})
