"""Terminals and catalogue; charges, their lines, refunds and receipts."""

from pos.models.acknowledgements import Acknowledgement
from pos.models.charges import Charge, ChargeLine, Refusal
from pos.models.collections import Collection
from pos.models.counter_codes import CounterCode
from pos.models.printers import Printer, PrintJob, Protocol
from pos.models.refunds import DueReceipt, Receipt, Refund
from pos.models.terminals import Item, ItemColor, Terminal, TerminalToken
from pos.transitions import ChargeStatus

__all__ = [
    "Acknowledgement",
    "Charge",
    "ChargeLine",
    "ChargeStatus",
    "Collection",
    "CounterCode",
    "DueReceipt",
    "Item",
    "ItemColor",
    "PrintJob",
    "Printer",
    "Protocol",
    "Receipt",
    "Refund",
    "Refusal",
    "Terminal",
    "TerminalToken",
]
