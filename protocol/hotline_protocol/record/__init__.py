"""A channel's log as a file that anybody can verify offline, with nothing but the two authority certificates (rules V1 to V10)."""
