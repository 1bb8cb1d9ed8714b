"""The guide that leads a new delegate from nothing to the first message."""
