"""`make demo`: the whole system on one machine, with invented people and money."""
