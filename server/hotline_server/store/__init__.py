"""Where logs are kept: one small protocol, and its implementations."""
