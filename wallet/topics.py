"""The topics that end a phone's streams."""

from uuid import UUID


def session_topic(session_id: UUID | None) -> list[str]:
    """Return the topic that ends the streams of one session."""
    return [f"session:{session_id}"] if session_id else []
