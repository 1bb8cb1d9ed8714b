"""The commands of one device: its screen, its programs, its log, its health."""
