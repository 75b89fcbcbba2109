"""How tests speak to a server of this machine: in plain HTTP, so without certificates."""

import ssl

# A client that is told nothing reads every authority of the machine when it is made: 30 ms each.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
