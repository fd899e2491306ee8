"""The shared gauntlet of hostile feeds and a faulty mail server, run against a real `hrwatch run`.

It is no part of the project and of no test run: `make gauntlet` looks for it at $HRWATCH_GAUNTLET
or ../shared/gauntlet and copies it into a temporary folder. Each run is a module here that gives a
report; `opponents` are the shared programs, `daemon` is the one that is tried.
"""
