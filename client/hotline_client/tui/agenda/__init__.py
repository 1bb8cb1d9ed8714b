"""The Agenda view: the board of items, from proposal to outcome."""
