"""The commands for words: sending, reading, answering, acknowledging, finding, correcting."""
