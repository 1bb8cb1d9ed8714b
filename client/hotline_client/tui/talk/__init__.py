"""The Talk view: a channel's timeline, the composer, and what one says about a message."""
