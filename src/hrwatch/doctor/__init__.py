"""The doctor: looks at everything that the daemon rests on, changes nothing, and says what to do.

`examination` calls the checks, each within its time; `storage`, `machine`, `network` and `work`
hold them. A check looks, and hands what it saw to a pure judgement.
"""
