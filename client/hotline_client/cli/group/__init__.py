"""The commands for the working group's business: agenda, meetings, minutes, notices, the watch and who is in."""
