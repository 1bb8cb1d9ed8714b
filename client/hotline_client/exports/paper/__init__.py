"""Minutes on paper: gathered from the log, laid out once, written as text, Markdown, HTML or PDF."""
