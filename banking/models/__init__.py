"""The tables of banking."""

from banking.models.accounts import BankAccount, CsvMapping, DateOrder
from banking.models.adjustments import Adjustment
from banking.models.answers import AnswerStatus, OrderAnswer, Report
from banking.models.breaks import Break, BreakDecision, BreakReason
from banking.models.orders import FileStatus, Order, OrderKind, OrderStatus, PaymentFile
from banking.models.safeguarding import SafeguardBlock, SafeguardCheck, SafeguardReport
from banking.models.statements import (
    BankFile,
    Entry,
    Expectation,
    ReadingStatus,
    Statement,
)

__all__ = [
    "Adjustment",
    "AnswerStatus",
    "BankAccount",
    "BankFile",
    "Break",
    "BreakDecision",
    "BreakReason",
    "CsvMapping",
    "DateOrder",
    "Entry",
    "Expectation",
    "FileStatus",
    "Order",
    "OrderAnswer",
    "OrderKind",
    "OrderStatus",
    "PaymentFile",
    "ReadingStatus",
    "Report",
    "SafeguardBlock",
    "SafeguardCheck",
    "SafeguardReport",
    "Statement",
]
