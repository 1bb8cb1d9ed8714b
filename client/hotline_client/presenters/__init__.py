"""What each object of business looks like: its facts for a script, its words for a person; made once, for every front."""
