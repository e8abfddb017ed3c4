"""The tables of banking."""

from banking.models.accounts import BankAccount
from banking.models.answers import AnswerStatus, OrderAnswer, Report
from banking.models.orders import FileStatus, Order, OrderKind, OrderStatus, PaymentFile
from banking.models.statements import (
    Break,
    BreakDecision,
    BreakReason,
    Entry,
    Expectation,
    Statement,
)

__all__ = [
    "AnswerStatus",
    "BankAccount",
    "Break",
    "BreakDecision",
    "BreakReason",
    "Entry",
    "Expectation",
    "FileStatus",
    "Order",
    "OrderAnswer",
    "OrderKind",
    "OrderStatus",
    "PaymentFile",
    "Report",
    "Statement",
]
