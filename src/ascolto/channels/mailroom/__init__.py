"""Mailboxes at work: mail fetched, listened for, taken in, written, sent and accounted for.

`email/` beside it understands mails and touches nothing; here is all that touches the database and
the wire. Every mail is stored as it came before anybody looks into it, and every mail of ours has
its id before the first attempt to send it.
"""
