"""The daemon: ticks that start work when it is due, reloading, and an end that loses nothing."""
