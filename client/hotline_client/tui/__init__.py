"""The terminal client: a headless presenter (views → rows of words) under a thin Textual front."""
