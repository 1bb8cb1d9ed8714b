"""The Roster view: who is in the channel, who knocks, who has the watch."""
