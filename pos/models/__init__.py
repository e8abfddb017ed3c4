"""Terminals and catalogue; charges, their lines, refunds and receipts."""

from pos.models.acknowledgements import Acknowledgement
from pos.models.catalogue import (
    Category,
    ItemImport,
    ItemImportProblem,
    ItemPicture,
    StockMove,
    StockMoveKind,
)
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
from pos.models.discounts import Approval, ChargeDiscount, DiscountCap, DiscountReason
from pos.models.options import Option, OptionGroup
from pos.models.parked import ParkedCart, ParkedLine, ParkedOption
from pos.models.printers import Printer, PrintJob, Protocol
from pos.models.refunds import DueReceipt, Receipt, Refund, RefundVat
from pos.models.terminals import Item, ItemColor, Terminal, TerminalToken
from pos.transitions import ChargeStatus

__all__ = [
    "Acknowledgement",
    "Approval",
    "CashCount",
    "CashMovement",
    "Category",
    "Charge",
    "ChargeDiscount",
    "ChargeLine",
    "ChargeStatus",
    "Closing",
    "ClosingEntry",
    "ClosingSum",
    "Collection",
    "CounterCode",
    "DiscountCap",
    "DiscountReason",
    "DueReceipt",
    "EntryKind",
    "Item",
    "ItemColor",
    "ItemImport",
    "ItemImportProblem",
    "ItemPicture",
    "MovementKind",
    "Option",
    "OptionGroup",
    "ParkedCart",
    "ParkedLine",
    "ParkedOption",
    "PrintJob",
    "Printer",
    "Protocol",
    "Receipt",
    "Refund",
    "RefundVat",
    "Refusal",
    "StockMove",
    "StockMoveKind",
    "SumKind",
    "Terminal",
    "TerminalToken",
]
