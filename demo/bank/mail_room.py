"""Files on their way to the operator: on time, late, twice or cut in half."""

from datetime import timedelta
from pathlib import PurePath

from demo.bank.branch import Branch
from demo.bank.moods import Mood


def post_file(branch: Branch, name: str, content: bytes, *, mood: Mood) -> None:
    """Keep a file for the inbox, in this mood.

    What comes in halves is completed a day later, as an upload that was cut off; a second copy
    comes under another name.
    """
    today, tomorrow = branch.day, branch.day + timedelta(1)
    again = f"{PurePath(name).stem}-again.xml"
    if mood == Mood.HALF:
        branch.keep_file(name, content[: len(content) // 2], due_on=today)
        branch.keep_file(name, content, due_on=tomorrow)
        return
    branch.keep_file(name, content, due_on=tomorrow if mood == Mood.LATE else today)
    if mood == Mood.AGAIN:
        branch.keep_file(again, content, due_on=tomorrow)
