"""The door: assembles the rooms into one server. Owns no data but who is on the line.

`app` builds the application, `problems` turns refusals into answers, `live_socket` carries frames
to desks (`live_protocol` reads what they say, `line` is the connection, `desk` what is still to be
sent, `pulse` looks after all of them), `lines` notices who has fallen off the line, `pages` serves
what was built, `serve` runs.
"""
