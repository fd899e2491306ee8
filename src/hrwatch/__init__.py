"""hrwatch watches human-rights news feeds and mails each subscriber what is new for them."""

__version__ = "0.1.0"
