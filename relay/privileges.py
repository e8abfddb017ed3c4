"""What the application's database role may do with events: tell them, and read them."""

PRIVILEGES = {
    "relay_event": ("SELECT", "INSERT"),
    "relay_pulse": ("SELECT", "INSERT", "UPDATE"),
}
