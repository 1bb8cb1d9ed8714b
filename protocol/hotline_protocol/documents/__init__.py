"""The typed documents inside messages and the folds over them. Pure."""
