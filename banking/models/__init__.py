"""The tables of banking."""

from banking.models.accounts import BankAccount
from banking.models.orders import Order, OrderKind, OrderStatus, PaymentFile
from banking.models.statements import (
    Break,
    BreakDecision,
    BreakReason,
    Entry,
    Expectation,
    Statement,
)

__all__ = [
    "BankAccount",
    "Break",
    "BreakDecision",
    "BreakReason",
    "Entry",
    "Expectation",
    "Order",
    "OrderKind",
    "OrderStatus",
    "PaymentFile",
    "Statement",
]
