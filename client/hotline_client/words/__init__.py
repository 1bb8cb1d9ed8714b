"""Times, durations, addressees and right-to-left text as people type and read them; what objects of business say in words."""
