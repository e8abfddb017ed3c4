"""The operator's side: who runs the installation, what they decide, and the log of it."""
