"""The runs of the gauntlet's README, each a module with `run`."""
