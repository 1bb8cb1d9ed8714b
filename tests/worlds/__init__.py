"""Whole worlds in one thread: the real engine, folds, vault and relay core under a virtual clock, one seed for everything."""
