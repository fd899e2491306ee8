"""What leaves the archive: at a request, at the end of a time, with a subscriber."""
