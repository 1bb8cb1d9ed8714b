"""The Record view: what is proven of a channel's log, the line's checks, and what deviated from what is promised."""
