"""One module a revision, written by hand, never changed once it was released."""
