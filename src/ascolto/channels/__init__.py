"""Channels: the doors customers come in by, and what leaves for programs of others.

Owns the schema `channels`. Turns each way of speaking into `conversations` and back; decides
nothing about conversations itself. `webchat/` is the chat on a client's site, `external` channels
are other people's programs, webhooks tell programs what happened.
"""
