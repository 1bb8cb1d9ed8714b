"""Minutes on paper: gathered from the log, laid out once, written as text, Markdown, HTML or PDF.

Rules: what is written is a function of the log and this program alone, so both sides get the same bytes; no clock, no
randomness, no path. Every string that is not ours passes `hotline_protocol.text.show` and is escaped for its format.
"""
