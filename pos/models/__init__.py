"""Terminals and catalogue; charges, their lines, refunds and receipts."""

from pos.models.acknowledgements import Acknowledgement
from pos.models.charges import Charge, ChargeLine, Refusal
from pos.models.closings import (
    CashCount,
    CashMovement,
    Closing,
    ClosingEntry,
    ClosingSum,
    EntryKind,
    MovementKind,
    SumKind,
)
from pos.models.collections import Collection
from pos.models.counter_codes import CounterCode
from pos.models.refunds import DueReceipt, Receipt, Refund, RefundVat
from pos.models.terminals import Item, ItemColor, Terminal, TerminalToken
from pos.transitions import ChargeStatus

__all__ = [
    "Acknowledgement",
    "CashCount",
    "CashMovement",
    "Charge",
    "ChargeLine",
    "ChargeStatus",
    "Closing",
    "ClosingEntry",
    "ClosingSum",
    "Collection",
    "CounterCode",
    "DueReceipt",
    "EntryKind",
    "Item",
    "ItemColor",
    "MovementKind",
    "Receipt",
    "Refund",
    "RefundVat",
    "Refusal",
    "SumKind",
    "Terminal",
    "TerminalToken",
]
