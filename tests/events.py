"""Events of the tests' own, between any accounts: the ledger's rules are tried without a shop.

Whoever imports this has them in the chart, in a process of its own too.
"""

from ledger.chart import EVENTS, NATURES

TEST_EVENTS = ("test", "send", "gift", "kept", "new", "pay_out")
# Also accounts of a kind that the chart has not, which some tests damage the books with.
_KINDS = (*NATURES, "gold")

EVENTS |= dict.fromkeys(TEST_EVENTS, tuple(f"{d}>{c}" for d in _KINDS for c in _KINDS))
