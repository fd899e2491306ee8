"""The archive: what was polled, what each subscriber was told, and the mail that is on its way.

`archive` opens it and runs functions in its threads. Those stand in five rooms, each function on a
plain connection, inside the caller's transaction:

    running    the archive looked after: copies of it, its health, who works on it
    removing   what leaves it: at a request, at the end of a time, with a subscriber
    mail       who asks for what, what each was told, the mail on its way
    articles   what was read: feeds, records and their versions, copies, the index of words
    evidence   what was fetched, as it came, chained

A room knows only those below it. `tables` has them in the same rooms, `migrations` makes them, and
`database` is where all is kept: a file (`sqlite`) or a server (`postgresql`).
"""
