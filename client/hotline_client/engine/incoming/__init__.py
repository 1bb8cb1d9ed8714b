"""Entries of the log as they come: each is judged, and changes the channel only if it passes."""
