"""The twelve months of a limited network as a file for programs."""

from console.models import NetworkCount
from ledger.money import format_number
from merchants.reports.program import write_rows

_COLUMNS = ("since", "until", "country", "currency", "month", "payments", "value")


def write_network_csv(count: NetworkCount) -> str:
    """Write a row for each country, currency and month; their sums are the page's figures."""
    instants = (count.since.isoformat(), count.until.isoformat())
    return write_rows(
        [
            _COLUMNS,
            *(
                (
                    *instants,
                    row.country,
                    row.currency,
                    f"{row.month:%Y-%m}",
                    row.payments_count,
                    format_number(row.value_minor, row.currency),
                )
                for row in count.values.order_by("country", "currency", "month")
            ),
        ]
    )
