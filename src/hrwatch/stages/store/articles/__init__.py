"""What was read: feeds, records and their versions, what is a copy of what, and the index."""
