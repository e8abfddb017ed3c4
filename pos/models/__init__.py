"""Terminals and catalogue; charges, their lines, refunds and receipts."""

from pos.models.acknowledgements import Acknowledgement
from pos.models.charges import Charge, ChargeLine, Refusal
from pos.models.refunds import Receipt, Refund
from pos.models.static_codes import StaticCode
from pos.models.terminals import Item, Terminal, TerminalToken
from pos.transitions import ChargeStatus

__all__ = [
    "Acknowledgement",
    "Charge",
    "ChargeLine",
    "ChargeStatus",
    "Item",
    "Receipt",
    "Refund",
    "Refusal",
    "StaticCode",
    "Terminal",
    "TerminalToken",
]
