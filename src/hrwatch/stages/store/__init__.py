"""The archive: what was polled, what each subscriber was told, and the mail that is on its way.

`archive` opens it and runs functions in its threads; `feeds`, `records`, `subscribers`, `outbox`,
`search` and `daemon` hold those functions, each on a plain connection, inside the caller's
transaction.
"""
