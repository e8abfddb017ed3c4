"""What happens after commit: open pages are told, jobs are queued, events are fed."""
