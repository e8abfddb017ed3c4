"""A shop's fee rules as statements name them: by number, and by the day each began."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models.functions import Now

from merchants.models import FeeRule, FeeVersion, LineKind, Merchant, SettlementLine


def list_versions(merchant: Merchant) -> list[FeeVersion]:
    """List the rules that have applied, the oldest first; number 1 is the fee of the opening.

    A number never changes: a rule that is agreed to later applies later than now.
    """
    applied = FeeRule.objects.filter(
        merchant=merchant, agreed_at__isnull=False, applies_from__lte=Now()
    )
    # Of several for one instant only one was ever in force.
    instants = (
        applied.order_by("applies_from").values_list("applies_from", flat=True).distinct()
    )
    zone = ZoneInfo(merchant.time_zone)
    return [
        FeeVersion(number, since, since.astimezone(zone).date())
        for number, since in enumerate([merchant.created_at, *instants], start=1)
    ]


def load_versions(merchant: Merchant, lines: Sequence[SettlementLine]) -> None:
    """Read by which rule the fee of each sale was taken; refunds cost nothing and have none."""
    versions = list_versions(merchant)
    for line in lines:
        if line.kind == LineKind.SALE:
            line.fee_version = find_version(versions, at=line.at)


def find_version(versions: Sequence[FeeVersion], *, at: datetime) -> FeeVersion:
    """Return the version of an instant; before the first one it is the first."""
    place = bisect_right(versions, at, key=lambda version: version.since)
    return versions[max(place - 1, 0)]
