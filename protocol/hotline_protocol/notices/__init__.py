"""Notices on the globe, on the clock and in the spectrum: whether an area makes sense, when a notice holds, what meets what."""
