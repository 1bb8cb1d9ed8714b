"""How words become rows on the terminal: cells, spans, themes, and the language they are in."""
