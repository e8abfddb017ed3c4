"""Whether two accounts are one person's, where two people have to agree."""

import re
import unicodedata

from identity.models import User


def are_one_person(one: User, other: User) -> bool:
    """Return whether two accounts may be one person's: the same mailbox, number or name.

    `mary+till@example.org` is the mailbox of `mary@example.org`. Two people of one name are
    taken for one: it is the safe mistake.
    """
    if one.pk == other.pk:
        return True
    mailboxes = {_find_mailbox(each.email) for each in (one, other) if each.email}
    both_have_mail = bool(one.email and other.email)
    if both_have_mail and len(mailboxes) == 1:
        return True
    if one.phone and one.phone == other.phone:
        return True
    return _fold_name(one.name) == _fold_name(other.name)


def _find_mailbox(email: str) -> str:
    name, _, host = email.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def _fold_name(name: str) -> str:
    plain = "".join(
        part for part in unicodedata.normalize("NFKD", name) if not unicodedata.combining(part)
    )
    return " ".join(sorted(re.findall(r"\w+", plain.casefold())))
