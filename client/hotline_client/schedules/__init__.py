"""What is said by the clock: when, what, and what happens if nobody answers. Pure: no clock, no vault, no network."""
