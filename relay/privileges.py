"""What the application's database role may do with events: write and read them."""

PRIVILEGES = {
    "relay_event": ("SELECT", "INSERT"),
    "relay_pulse": ("SELECT", "INSERT", "UPDATE"),
}
