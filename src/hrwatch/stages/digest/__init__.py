"""Matches → Digest → Mail: windows say when, compose decides what stands where, render writes it
as text and HTML, mime freezes the bytes. Pure; between match and the outbox."""
