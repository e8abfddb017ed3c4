"""The tables of banking."""

from banking.models.accounts import BankAccount, CsvMapping, DateOrder
from banking.models.breaks import Break, BreakDecision, BreakReason
from banking.models.orders import Order, OrderKind, OrderStatus, PaymentFile
from banking.models.safeguarding import SafeguardCheck
from banking.models.statements import (
    BankFile,
    Entry,
    Expectation,
    ReadingStatus,
    Statement,
)

__all__ = [
    "BankAccount",
    "BankFile",
    "Break",
    "BreakDecision",
    "BreakReason",
    "CsvMapping",
    "DateOrder",
    "Entry",
    "Expectation",
    "ReadingStatus",
    "Order",
    "OrderKind",
    "OrderStatus",
    "PaymentFile",
    "SafeguardCheck",
    "Statement",
]
