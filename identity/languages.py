"""The language that a person chose, so that letters are written in it."""

from django.db.models import Q

from identity.models import User


def keep_language(user: User, language: str) -> None:
    """Write to this person in this language from now on."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)


def find_language(address: str) -> str:
    """Return the language of whoever has this e-mail address or number; empty: none chosen."""
    found = User.objects.filter(Q(email=address) | Q(phone=address))
    return found.values_list("language", flat=True).first() or ""
