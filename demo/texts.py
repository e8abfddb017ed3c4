"""Text messages of the demo: shown among its mail, as if the number were an address."""

from django.core.mail import send_mail


def show_among_mail(number: str, text: str) -> None:
    """Send the text as a mail to a made-up address of the number."""
    send_mail(f"Text message to {number}", text, None, [f"{number}@texts.example"])
