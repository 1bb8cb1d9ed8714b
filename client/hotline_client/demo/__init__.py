"""The demonstration: a real relay process, two delegations with throw-away keys, and a scripted counterpart."""
