"""The delegate's end of the line: vault, engine, transport, commands and terminal client."""
