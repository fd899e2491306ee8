"""The demo: an invented newsroom on loopback, and the whole job done on it, twice.

    stories/*.toml ─newsroom→ publications ─markup→ feeds and pages ─server→ http://127.0.0.1:PORT
    operator → DIR/feeds.yaml;  rounds: poll and mail, publish some more, poll and mail again

Nothing here takes the place of a part of hrwatch: only the world around it is invented.
"""
