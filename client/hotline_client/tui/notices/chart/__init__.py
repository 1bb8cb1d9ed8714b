"""Notices drawn in the terminal: where they are, and when they hold."""
