"""Jobs of banking, carried out by the banker; each is safe to run twice."""

from celery import shared_task

from banking import dispatch, reports


@shared_task(name="banking.sweep_orders")
def sweep_orders() -> None:
    """Send released files, and carry out what the bank or operators said of orders."""
    dispatch.send_due_files()
    reports.read_unread()
    dispatch.carry_out_answers()
