"""Receipt printers of a shop."""

import uuid6

from pos.models import Printer, Protocol, Terminal
from pos.printers import add_printer
from tests.factories import Shop


def place_printer(
    shop: Shop,
    protocol: Protocol = Protocol.CLOUDPRNT,
    *,
    terminal: Terminal | None = None,
    columns: int = 48,
) -> Printer:
    """Add a printer to a shop's store; what the till sells comes out by itself."""
    return add_printer(
        shop.store,
        printer_id=uuid6.uuid7(),
        name="Counter",
        protocol=protocol,
        columns=columns,
        terminal=terminal,
    )
