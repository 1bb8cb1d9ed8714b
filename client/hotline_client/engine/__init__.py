"""The engine of a channel: pure functions from (state, what happened, now, rng) to the changes one transaction writes."""
