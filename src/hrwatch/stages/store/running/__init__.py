"""The archive as a thing to look after: copies of it, its health, who works on it."""
