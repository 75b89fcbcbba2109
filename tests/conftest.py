"""What every test may ask for."""

import os
import signal
import sys

import pytest
from hypothesis import HealthCheck, settings

from support.servers import database, pg, template, tenant, urls

__all__ = ["anyio_backend", "database", "pg", "template", "tenant", "urls"]

# A machine that is busy with something else proves nothing about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# A container may forbid to keep what is compiled: every server of a test would compile it all anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Begun in the background (`&`, nohup), a suite inherits ignored signals, and would hand them down
# to every process that a test then asks in vain to stop. What is caught is not handed down.
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
