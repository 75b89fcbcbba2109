"""E-mail understood: what came, what kind it is, what it answers, which thread it belongs to.

Pure: bytes and values in, values out; no database, no network, no clock.
"""

from ascolto.channels.email.mail import Attachment, Mail, NotAMail, read_mail

__all__ = ["Attachment", "Mail", "NotAMail", "read_mail"]
