"""A program that runs for months: its file, its handlers and commands, its word to the service manager, its metrics."""
