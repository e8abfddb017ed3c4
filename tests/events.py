"""Events for tests only, between any accounts, to test the ledger's rules without a shop.

Importing this module adds them to the chart, in other processes too.
"""

from ledger.chart import EVENTS, NATURES

TEST_EVENTS = ("test", "send", "gift", "kept", "new", "hand_out")
# Also accounts of a kind outside the chart, with which some tests damage the books.
_KINDS = (*NATURES, "gold")

EVENTS |= dict.fromkeys(TEST_EVENTS, tuple(f"{d}>{c}" for d in _KINDS for c in _KINDS))
