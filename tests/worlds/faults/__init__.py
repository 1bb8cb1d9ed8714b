"""One generator a row of the table of faults."""
