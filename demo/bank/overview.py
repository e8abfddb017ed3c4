"""What the bank's pages show: accounts, entries, and the files that came."""

from dataclasses import dataclass
from datetime import date

from demo.bank.accounts import show_iban
from demo.bank.bank import Bank
from demo.bank.branch import HOUSE
from demo.bank.days import sum_booked

_SHOWN_MAX = 50
_FILES_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer's account, and what moved on it so far: people have money besides."""

    iban: str
    name: str
    moved_minor: int

    @property
    def iban_shown(self) -> str:
        """Return the IBAN in blocks."""
        return show_iban(self.iban)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A transfer from or to the operator."""

    number: int
    kind: str
    status: str
    day: date
    party_name: str
    party_iban: str
    amount_minor: int
    text: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the bank's own."""

    number: int
    name: str
    due_on: date
    is_written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a customer has sent, to be told once more."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A file of orders, with what became of each."""

    message_id: str
    taken_on: date
    status: str
    code: str
    said: str
    orders: tuple[Line, ...]


def list_accounts(bank: Bank) -> list[Account]:
    """Return the customers' accounts, the oldest first."""
    apart = {HOUSE.iban, bank.branch.operator.iban}
    names = bank.branch.list_names()
    return [
        Account(iban=iban, name=name, moved_minor=sum_booked(bank.branch, iban))
        for iban, name in names.items()
        if iban not in apart
    ]


def list_entries(bank: Bank) -> list[Line]:
    """Return the newest entries of the operator's account, also pending and planned ones."""
    return _read_lines(
        bank,
        "SELECT * FROM transfer WHERE :iban IN (payer, payee) AND status <> 'refused'"
        " ORDER BY id DESC LIMIT :shown_max",
        shown_max=_SHOWN_MAX,
    )


def list_messages(bank: Bank) -> list[Message]:
    """Return the newest files of orders."""
    messages = bank.branch.store.all(
        "SELECT * FROM message ORDER BY id DESC LIMIT :files_max", files_max=_FILES_MAX
    )
    # Two sendings of one id: the orders belong to the one that was not refused.
    return [
        Message(
            message_id=row["message_id"],
            taken_on=date.fromisoformat(row["taken_on"]),
            status=row["status"],
            code=row["code"],
            said=row["said"],
            orders=() if row["code"] else tuple(_list_orders(bank, row["message_id"])),
        )
        for row in messages
    ]


def list_files(bank: Bank) -> list[File]:
    """Return the newest files that the bank wrote, also those that are still to come."""
    rows = bank.branch.store.all(
        "SELECT id, name, due_on, is_written FROM file ORDER BY id DESC LIMIT :files_max",
        files_max=_FILES_MAX,
    )
    return [
        File(
            number=row["id"],
            name=row["name"],
            due_on=date.fromisoformat(row["due_on"]),
            is_written=bool(row["is_written"]),
        )
        for row in rows
    ]


def read_file(bank: Bank, number: int) -> tuple[str, bytes] | None:
    """Return the name and content of a file that the bank has delivered."""
    if number >= 2**63:
        return None
    row = bank.branch.store.one(
        "SELECT name, content FROM file WHERE id = :number AND is_written = 1", number=number
    )
    return (row["name"], row["content"]) if row else None


def read_sent(bank: Bank, number: str) -> Sent | None:
    """Return the transfer of this number, if a customer sent it."""
    if not number.isdecimal() or len(number) > 9:
        return None
    row = bank.branch.store.one(
        "SELECT payee_name, amount_minor FROM transfer WHERE id = :number"
        " AND kind = 'transfer'",
        number=int(number),
    )
    return Sent(name=row["payee_name"], amount_minor=row["amount_minor"]) if row else None


def _list_orders(bank: Bank, message_id: str) -> list[Line]:
    return _read_lines(
        bank,
        "SELECT * FROM transfer WHERE message = :message_id AND kind = 'order'"
        " AND :iban <> '' ORDER BY id LIMIT :shown_max",
        message_id=message_id,
        shown_max=_SHOWN_MAX,
    )


def _read_lines(bank: Bank, query: str, **values: object) -> list[Line]:
    iban = bank.branch.operator.iban
    lines = []
    for row in bank.branch.store.all(query, iban=iban, **values):
        comes_in = row["payee"] == iban
        lines.append(
            Line(
                number=row["id"],
                kind=row["kind"],
                status=row["status"],
                day=date.fromisoformat(row["day"] or row["turns_on"]),
                party_name=row["payer_name"] if comes_in else row["payee_name"],
                party_iban=show_iban(row["payer"] if comes_in else row["payee"]),
                amount_minor=row["amount_minor"] if comes_in else -row["amount_minor"],
                text=row["reference"] or row["remittance"],
                code=row["code"],
            )
        )
    return lines
