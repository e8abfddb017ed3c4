"""When each recurring job was last done, so that one that hangs is noticed."""

from dataclasses import dataclass

from django.db import connection

# A pulse may be lost: its commit waits for no disk and no standby.
_NOTE = """
    INSERT INTO relay_pulse AS p (name, beaten_at, note)
    SELECT %s, clock_timestamp(), %s FROM set_config('synchronous_commit', 'off', true)
    ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at, note = excluded.note
"""
_READ = """
    SELECT name, greatest(extract(epoch FROM clock_timestamp() - beaten_at), 0)::float8, note
      FROM relay_pulse ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """How long ago a job was done, by the database's clock, and its note."""

    age_s: float
    note: str


def note_pulse(name: str, *, note: str = "") -> None:
    """Record that a recurring job was done just now, with a note."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [name, note])


def read_pulses() -> dict[str, Beat]:
    """Return when each job was last done, by its name, without jobs that never were."""
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return {name: Beat(age_s, note) for name, age_s, note in cursor.fetchall()}
