"""After commit: open pages are notified, jobs are queued, events are fed."""
