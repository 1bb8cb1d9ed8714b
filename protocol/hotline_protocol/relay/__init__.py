"""What a relay and its clients say to each other: frames, the log and its hash chain. Pure."""
