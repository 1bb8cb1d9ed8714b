"""What both ends of the line agree on: codec, identity, MLS, relay frames and documents. No I/O, no clock."""
