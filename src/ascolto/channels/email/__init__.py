"""E-mail understood: what came, what kind it is, what it answers, which thread it belongs to.

Pure: bytes and values in, values out; no database, no network, no clock. `mail.read_mail` is the
way in, `kinds.understand`, `replies.split` and `threads.Threads` go on from there.
"""
