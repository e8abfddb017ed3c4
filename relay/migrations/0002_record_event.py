"""The function by which other SQL functions write an event in their own transaction."""

from django.db import migrations

CREATE = """
CREATE FUNCTION relay_record_event(
    event uuid, kind text, feed uuid, subject uuid, actor text, facts jsonb
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO relay_event (id, kind, feed, subject, actor, facts, happened_at)
    VALUES (event, kind, feed, subject, actor, facts, clock_timestamp())
$$;
"""
DROP = "DROP FUNCTION relay_record_event(uuid, text, uuid, uuid, text, jsonb);"


class Migration(migrations.Migration):
    dependencies = [("relay", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
