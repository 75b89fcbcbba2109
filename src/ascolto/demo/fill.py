"""Bring one demo organisation in, through each room's own actions, in one transaction."""

from dataclasses import dataclass, field

from ascolto.channels.actions.configuring import create_channel
from ascolto.demo.organisation import AccountSheet, Organisation
from ascolto.identity.actions.change_accounts import create_account
from ascolto.insight.terms import SERVICE_LEVEL, read_terms
from ascolto.kit.db import Tx
from ascolto.people.actions import create_operator
from ascolto.people.catalogue import create_skill, create_team
from ascolto.people.model import NewOperator, SkillLevel
from ascolto.routing import create_queue
from ascolto.tenancy import actions as tenancy

BEST_LEVEL = 5
FIRST_RING_S = 20
SECOND_RING_S = 60


@dataclass(slots=True)
class Filled:
    """The ids given to what a sheet names by keys."""

    tenant_id: str
    clients: dict[str, str] = field(default_factory=dict)
    calendars: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    operators: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)


async def fill(tx: Tx, one: Organisation, *, password_hash: str) -> Filled:
    """Create everything of an organisation that does not exist yet."""
    filled = Filled(tx.tenant_id)
    await tenancy.create_tenant(
        tx, slug=one.slug, name=one.name, locale=one.locale, timezone=one.timezone
    )
    await _clients(tx, one, filled)
    await _queues(tx, one, filled)
    await _channels(tx, one, filled)
    await _people(tx, one, filled, password_hash)
    return filled


async def _clients(tx: Tx, one: Organisation, filled: Filled) -> None:
    for sheet in one.clients:
        client = await tenancy.create_client(
            tx,
            name=sheet["name"],
            color=sheet["color"],
            legal_name=sheet["legal_name"],
            sector=sheet["sector"],
            contact=sheet["contact"],
        )
        filled.clients[sheet["key"]] = client.id
    for sheet in one.calendars:
        calendar = await tenancy.create_calendar(
            tx,
            name=sheet["name"],
            client_id=filled.clients.get(sheet.get("client", "")),
            hours={
                "timezone": one.timezone,
                "weekly": sheet["week"],
                "italian_holidays": sheet["italian_holidays"],
                "patron": sheet.get("patron"),
            },
        )
        filled.calendars[sheet["key"]] = calendar.id
    for sheet in one.clients:
        client_id = filled.clients[sheet["key"]]
        changes = {"default_calendar_id": filled.calendars[sheet["calendar"]]}
        await tenancy.change_client(tx, client_id, v=1, changes=changes)
        await tenancy.change_setting(
            tx,
            SERVICE_LEVEL.key,
            read_terms(sheet["service_level"]).document(),
            actor=tx.actor,
            client_id=client_id,
        )


async def _queues(tx: Tx, one: Organisation, filled: Filled) -> None:
    for skill in one.skills:
        await create_skill(tx, code=skill["code"], name=skill["name"])
    for sheet in one.queues:
        skill = sheet["skill"]
        # The good ones first, after a while whoever has the skill at all.
        rings = [
            {"after_s": 0, "needs": [[skill, 3]]},
            {"after_s": FIRST_RING_S, "needs": [[skill, 2]]},
            {"after_s": SECOND_RING_S, "needs": [[skill, 1]]},
        ]
        values = {
            "client_id": filled.clients[sheet["client"]],
            "name": sheet["name"],
            "channel": "webchat",
            "priority": sheet["priority"],
            "rings": rings,
            "target_s": float(sheet["target_s"]),
            "target_share": float(sheet["target"]),
            "long_work_s": float(sheet["aht_s"]),
            "calendar_id": filled.calendars[sheet["calendar"]],
        }
        if "overflow" in sheet:  # into a queue named before it
            values["overflow_queue_id"] = filled.queues[sheet["overflow"]]
            values["overflow_after_s"] = float(sheet["overflow_after_s"])
        filled.queues[sheet["key"]] = (await create_queue(tx, values=values)).id


async def _channels(tx: Tx, one: Organisation, filled: Filled) -> None:
    contacts = {sheet["key"]: sheet["contact"] for sheet in one.clients}
    for sheet in one.channels:
        settings = {"phone": contacts[sheet["client"]].get("phone", ""), **sheet.get("chat", {})}
        channel = await create_channel(
            tx,
            client_id=filled.clients[sheet["client"]],
            kind="webchat",
            name=sheet["name"],
            public_key=sheet["public_key"],
            queue_id=filled.queues[sheet["queue"]],
            settings=settings,
        )
        filled.channels[sheet["public_key"]] = channel.id


async def _people(tx: Tx, one: Organisation, filled: Filled, password_hash: str) -> None:
    for name in one.teams:
        filled.teams[name] = (await create_team(tx, name=name)).id
    for sheet in one.accounts:
        scope = None if sheet.clients is None else [filled.clients[key] for key in sheet.clients]
        account = await create_account(
            tx,
            email=sheet.email,
            name=sheet.name,
            roles=sheet.roles,
            clients=scope,
            password_hash=password_hash,
        )
        filled.accounts[sheet.email] = account.id
        if sheet.operator is not None:
            await _operator(tx, sheet, filled)


async def _operator(tx: Tx, sheet: AccountSheet, filled: Filled) -> None:
    work = sheet.operator
    if work is None:
        return
    keys = work.clients or tuple(filled.clients)
    operator = await create_operator(
        tx,
        NewOperator(
            display_name=sheet.name,
            account_id=filled.accounts[sheet.email],
            team_id=filled.teams[work.team],
            languages=work.languages,
            place=work.place,
            country=work.country,
            clients=frozenset(filled.clients[key] for key in keys),
            skills={c: SkillLevel(min(level, BEST_LEVEL)) for c, level in work.skills.items()},
        ),
    )
    filled.operators[sheet.email] = operator.id
