"""What of ours goes out: documents and commits, sealed and stored before they are sent; and what a device says by itself."""
