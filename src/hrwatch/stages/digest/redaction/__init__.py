"""What to look for in a text before anybody is shown it: addresses, identity numbers, phones, and
what looks like one and has to stay. Pure; the parts of redact.

Every repetition is bounded: the text is the publisher's, and so is its worst case. Digits of every
script were made ASCII before.
"""
