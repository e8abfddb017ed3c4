"""Django's PostgreSQL backend: connections shared by a process's threads, and watched."""
