"""What pos adds to templates."""
