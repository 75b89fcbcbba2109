"""How long somebody who keeps failing must wait. Pure.

Each failure fills a bucket by one; the bucket leaks with time. Above its free level every further
failure doubles the wait. The wait is told to everybody alike, whether the account exists or not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """How many failures are free, how they are forgotten, and how the wait grows."""

    free: int
    forget_one_every: timedelta
    first_wait: timedelta
    longest_wait: timedelta


# Nine tries of one address in a quarter of an hour, then at most a hundred a day.
ACCOUNT = Policy(5, timedelta(minutes=15), timedelta(seconds=15), timedelta(minutes=15))
# A whole office comes in from one network address at the start of a shift.
NETWORK = Policy(100, timedelta(seconds=30), timedelta(seconds=15), timedelta(minutes=15))
# Mails that a stranger makes us send to one address.
MAIL = Policy(3, timedelta(minutes=10), timedelta(minutes=1), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Bucket:
    """Failures so far (a fraction once it has leaked), when counted, and until when to wait."""

    level: float
    counted_at: datetime
    blocked_until: datetime | None = None

    def wait_s(self, now: datetime) -> int:
        """Return the whole seconds still to wait, 0 when free to try."""
        if self.blocked_until is None or self.blocked_until <= now:
            return 0
        return int((self.blocked_until - now).total_seconds()) + 1


def leaked(bucket: Bucket, *, policy: Policy, now: datetime) -> float:
    """Return what is left in the bucket after the time since it was last filled."""
    elapsed = max(now - bucket.counted_at, timedelta())
    return max(0.0, bucket.level - elapsed / policy.forget_one_every)


def failed(bucket: Bucket | None, *, policy: Policy, now: datetime) -> Bucket:
    """Return the bucket after one more failure."""
    level = 1.0 if bucket is None else leaked(bucket, policy=policy, now=now) + 1.0
    over = int(level) - policy.free
    if over < 0:
        return Bucket(level, now)
    wait = min(policy.longest_wait, policy.first_wait * 2 ** min(over, 20))
    return Bucket(level, now, now + wait)


def forgiven(bucket: Bucket, *, policy: Policy, now: datetime) -> Bucket:
    """Return the bucket with one failure taken back and no wait."""
    return Bucket(max(0.0, leaked(bucket, policy=policy, now=now) - 1.0), now)
