"""The wait of somebody who keeps failing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.identity.lockout import ACCOUNT, Bucket, Policy, failed, forgiven, leaked

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def after(failures: int, *, policy: Policy = ACCOUNT) -> Bucket:
    bucket = failed(None, policy=policy, now=NOON)
    for _ in range(failures - 1):
        bucket = failed(bucket, policy=policy, now=NOON)
    return bucket


def test_the_first_failures_cost_nothing() -> None:
    assert after(ACCOUNT.free - 1).blocked_until is None


def test_then_each_doubles_the_wait_up_to_the_longest() -> None:
    waits = [after(n).blocked_until for n in range(ACCOUNT.free, ACCOUNT.free + 9)]
    seconds = [int((w - NOON).total_seconds()) for w in waits if w]
    assert seconds == [15, 30, 60, 120, 240, 480, 900, 900, 900]


def test_a_quarter_of_an_hour_forgets_one() -> None:
    later = NOON + timedelta(minutes=15)
    assert leaked(after(5), policy=ACCOUNT, now=later) == 4


def test_forgiving_takes_back_one_and_the_wait() -> None:
    bucket = forgiven(after(5), policy=ACCOUNT, now=NOON)
    assert bucket == Bucket(4, NOON)


def test_whoever_waits_is_told_whole_seconds_and_never_too_few() -> None:
    bucket = Bucket(5, NOON, NOON + timedelta(seconds=9.2))
    assert bucket.wait_s(NOON) == 10
    assert bucket.wait_s(NOON + timedelta(seconds=9.2)) == 0


@settings(deadline=None)
@given(st.lists(st.integers(0, 7200), min_size=1, max_size=60))
def test_patient_guessing_gets_about_a_hundred_tries_a_day(pauses: list[int]) -> None:
    bucket: Bucket | None = None
    now = NOON
    tries = 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        if bucket is None or not bucket.wait_s(now):
            bucket = failed(bucket, policy=ACCOUNT, now=now)
            tries += 1
    hours = (now - NOON).total_seconds() / 3600
    # Nine before the wait is at its longest, then one each quarter of an hour at most.
    assert tries <= ACCOUNT.free + 7 + hours * 4 * 2
