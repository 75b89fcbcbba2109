"""What a migrated database tells of the installation's health: walls, clock, backlogs, leaders."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ascolto.kit.migrate import all_migrations
from ascolto.operations.target import ask

MOST_CLOCK_DRIFT_S = 2.0
OLDEST_PENDING_S = 300.0
SILENT_LEADER_S = 5.0

_MIGRATED = "SELECT to_regclass('public.ascolto_migration') IS NOT NULL"
_LEDGER = "SELECT coalesce(max(number), 0) FROM public.ascolto_migration"
_OPEN_TABLES = """
SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text NOT LIKE 'pg\\_%'
   AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
"""
# Who owns the functions that read for all organisations, where their walls bind that role as well.
_BOUND_OWNER = """
SELECT r.rolname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
 WHERE p.oid = to_regprocedure('kit.read_stream(bigint, bigint, int)') AND NOT r.rolsuper
   AND pg_has_role(r.oid, 'ascolto_app', 'USAGE') AND r.rolname <> 'ascolto_app'
"""
_VITALS = """
SELECT to_json(v) FROM (SELECT
  extract(epoch FROM clock_timestamp())::float8 AS clock,
  (SELECT count(*) FROM kit.subscriber_failure)::int AS put_aside,
  (SELECT count(*) FROM kit.outgoing_mail WHERE sent_at IS NULL AND body IS NOT NULL)::int AS mails,
  (SELECT count(*) FROM channels.delivery WHERE state = 'pending')::int AS deliveries,
  (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
     FROM channels.delivery WHERE state = 'pending') AS oldest_delivery_s,
  (SELECT count(*) FROM channels.webhook WHERE disabled_at IS NOT NULL)::int AS hooks_off,
  (SELECT coalesce(json_agg(json_build_object('tenant', t.slug, 'epoch', l.epoch,
            'silent_s', extract(epoch FROM clock_timestamp() - l.heartbeat_at)::float8)
            ORDER BY t.slug), '[]')
     FROM tenancy.tenant t LEFT JOIN routing.leader l ON l.tenant_id = t.id) AS leaders,
  (SELECT coalesce(json_object_agg(name, json_build_array(xid, id)), '{}')
     FROM kit.subscriber) AS places
) v
"""
_BEHIND = """
SELECT count(*) FROM (SELECT 1 FROM kit.event e
  WHERE (e.xid, e.id) > (:'xid'::xid8, :'id'::bigint)
    AND e.kind = ANY(string_to_array(:'kinds', ',')) LIMIT 10000) waiting
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One examined thing; `good` None means that it could not be told, or needs a look."""

    subject: str
    good: bool | None
    words: str
    warns: bool = False
    """Whether it is known and needs a look, where `good` is None."""


def vitals(
    admin_dsn: str,
    *,
    kinds: Callable[[], dict[str, tuple[str, ...]]],
    smtp_url: str | None,
    running: bool,
) -> Iterator[Finding]:
    """Examine a reachable database; `kinds` tells what each subscriber hears."""
    if ask(admin_dsn, _MIGRATED) != "t":
        yield Finding("schema", good=None, words="not there yet: the first `ascolto up` makes it")
        return
    yield from _schema(int(ask(admin_dsn, _LEDGER)))
    yield _walls(ask(admin_dsn, _OPEN_TABLES))
    yield _stream(ask(admin_dsn, _BOUND_OWNER))
    told: dict[str, Any] = json.loads(ask(admin_dsn, _VITALS))
    yield clock(told["clock"], ours=time.time())
    yield from _subscribers(admin_dsn, told, kinds())
    yield mail(told["mails"], smtp_url=smtp_url)
    yield webhooks(told)
    yield from leaders(told["leaders"], running=running)


def _schema(applied: int) -> Iterator[Finding]:
    newest = all_migrations()[-1].number
    words = f"at migration {applied:04}"
    if applied < newest:
        words += f", this Ascolto brings it to {newest:04} at its next start"
    if applied > newest:
        words += f", made by a newer Ascolto (this one knows {newest:04})"
    yield Finding("schema", good=applied <= newest, words=words)


def _walls(uncovered: str) -> Finding:
    if uncovered:
        return Finding("walls", good=False, words=f"no row-level security on {uncovered}")
    return Finding("walls", good=True, words="row-level security stands on every tenant's table")


def _stream(bound: str) -> Finding:
    if bound:
        words = (
            f"{bound} is bound by the walls of ascolto_app, so nothing is routed:"
            f' REVOKE INHERIT OPTION FOR ascolto_app FROM "{bound}";'
        )
        return Finding("stream", good=False, words=words)
    return Finding("stream", good=True, words="what happens is read for all organisations")


def clock(theirs: float, *, ours: float) -> Finding:
    """Compare the database's clock with this machine's."""
    drift = theirs - ours
    good = abs(drift) <= MOST_CLOCK_DRIFT_S
    words = f"{drift:+.1f} s between the database and this machine"
    return Finding("clock", good=good, words=words if good else f"{words}: run NTP on both")


def _subscribers(
    admin_dsn: str, told: dict[str, Any], kinds: dict[str, tuple[str, ...]]
) -> Iterator[Finding]:
    behind = {}
    for name, (xid, at) in told["places"].items():
        if name in kinds:
            wanted = ",".join(kinds[name])
            count = int(ask(admin_dsn, _BEHIND, xid=str(xid), id=str(at), kinds=wanted))
            behind[name] = count
    late = ", ".join(f"{name} {count}" for name, count in sorted(behind.items()) if count)
    words = f"waiting: {late}" if late else f"{len(behind)} have heard everything"
    yield Finding("subscribers", good=None if late else True, words=words)
    if told["put_aside"]:
        words = f"{told['put_aside']} events put aside after errors (kit.subscriber_failure)"
        yield Finding("put aside", good=False, words=words)


def mail(waiting: int, *, smtp_url: str | None) -> Finding:
    """Judge the mails that wait by whether there is a server to send them."""
    words = f"{waiting} mails wait"
    if smtp_url is None:
        return Finding("mail", good=None, words=f"{words}; ASCOLTO_SMTP_URL is not set")
    return Finding("mail", good=True, words=words)


def webhooks(told: dict[str, Any]) -> Finding:
    """Judge what waits to be delivered, and warn of webhooks that were given up."""
    words = f"{told['deliveries']} deliveries wait"
    if told["deliveries"]:
        words += f", the oldest for {told['oldest_delivery_s']:.0f} s"
    if told["hooks_off"]:
        words += f"; {told['hooks_off']} webhooks are switched off after failing"
    late = told["oldest_delivery_s"] > OLDEST_PENDING_S or told["hooks_off"] > 0
    return Finding("webhooks", good=None if late else True, words=words, warns=late)


def leaders(found: list[dict[str, Any]], *, running: bool) -> Iterator[Finding]:
    """Tell of each organisation whether one node gives out its work."""
    for one in found:
        subject = f"leader {one['tenant']}"
        if one["epoch"] is None:
            yield Finding(subject, good=None, words="none has led yet")
            continue
        silent = float(one["silent_s"])
        words = f"epoch {one['epoch']}, last heard {silent:.1f} s ago"
        if silent <= SILENT_LEADER_S:
            yield Finding(subject, good=True, words=words)
        else:
            yield Finding(subject, good=False if running else None, words=words)
