"""A Messaging Layer Security engine (RFC 9420), general and without policy of its own."""
