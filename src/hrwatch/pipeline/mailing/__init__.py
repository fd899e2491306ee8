"""From the archive to mailboxes: digests, alerts, the operator's mails, and the replies."""
