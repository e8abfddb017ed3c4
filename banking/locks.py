"""The lock under which entries are booked, by one banker at a time."""

from foundation.locks import lock_name


def hold_booking() -> None:
    """Hold the lock until the transaction ends; another banker waits, and then reads anew."""
    lock_name("banking.booking")
