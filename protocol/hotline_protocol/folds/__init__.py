"""The working group's business as it stands: pure folds over the documents of a channel's log, alike in every client."""
