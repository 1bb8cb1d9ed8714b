"""The connection to the relay: kept up, spoken over, and told of to whoever wants to know what changed."""
