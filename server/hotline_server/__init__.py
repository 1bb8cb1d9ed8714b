"""The relay: it orders, stores and forwards opaque entries between two delegations, and can read none."""
