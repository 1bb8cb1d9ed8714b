"""The line as fronts use it: what is said on it, what stands in it, and what becomes of it."""
