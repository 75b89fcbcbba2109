"""The ground floor: database, outbox, relay, clock, ids, errors, HTTP shapes.

Owns nothing of the contact centre: whatever names a customer, a queue or an operator lives
upstairs. Something enters here only when two rooms need it.
"""
