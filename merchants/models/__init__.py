"""Merchants and their places and people; books and settlements."""

from merchants.models.places import (
    ApiKey,
    CodeFormat,
    Merchant,
    Role,
    StaffMember,
    Store,
)
from merchants.models.settlements import Book, LineKind, Settlement, SettlementLine

__all__ = [
    "ApiKey",
    "Book",
    "CodeFormat",
    "LineKind",
    "Merchant",
    "Role",
    "Settlement",
    "SettlementLine",
    "StaffMember",
    "Store",
]
