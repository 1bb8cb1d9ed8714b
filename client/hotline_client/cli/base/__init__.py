"""What every command shares: options, names and times a person types, the vault and the line opened, what is printed."""
