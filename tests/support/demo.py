"""Signing in to the demo organisations of a running server."""

import httpx

from support.wire import PLAIN

DEMO_PASSWORD = "ascolto-demo"


def sign_in(url: str, *, tenant: str, email: str, password: str = DEMO_PASSWORD) -> httpx.Client:
    """Return a client that carries a session of an account, as a browser of our origin would."""
    client = httpx.Client(base_url=url, headers={"origin": url}, timeout=20, verify=PLAIN)
    answer = client.post(
        "/api/v1/session", json={"tenant": tenant, "email": email, "password": password}
    )
    assert answer.status_code < 300, answer.text
    return client
