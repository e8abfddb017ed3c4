"""Terminals and catalogue; charges, their lines, refunds and receipts."""

from pos.models.acknowledgements import Acknowledgement
from pos.models.charges import Charge, ChargeLine, Refusal
from pos.models.collections import Collection
from pos.models.counter_codes import CounterCode
from pos.models.discounts import Approval, ChargeDiscount, DiscountCap, DiscountReason
from pos.models.parked import ParkedCart, ParkedLine
from pos.models.refunds import DueReceipt, Receipt, Refund
from pos.models.terminals import Item, ItemColor, Terminal, TerminalToken
from pos.transitions import ChargeStatus

__all__ = [
    "Acknowledgement",
    "Approval",
    "Charge",
    "ChargeDiscount",
    "ChargeLine",
    "ChargeStatus",
    "Collection",
    "CounterCode",
    "DiscountCap",
    "DiscountReason",
    "DueReceipt",
    "Item",
    "ItemColor",
    "ParkedCart",
    "ParkedLine",
    "Receipt",
    "Refund",
    "Refusal",
    "Terminal",
    "TerminalToken",
]
