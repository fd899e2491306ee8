"""The archive: what was polled, what each subscriber was told, and the mail that is on its way.

`archive` opens it and runs functions in its threads; `feeds`, `records`, `subscribers`, `ledger`,
`outbox`, `search` and `daemon` hold those functions, each on a plain connection, inside the
caller's transaction. `database` is where it is kept: a file (`sqlite`) or a server (`postgresql`).
"""
