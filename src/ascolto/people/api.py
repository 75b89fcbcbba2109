"""Routes on operators, skills and teams."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from ascolto.identity.guard import Call, permit
from ascolto.identity.model import Principal
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    decode_place,
    decode_text,
    page_of,
    services_of,
)
from ascolto.people import actions, catalogue, importing, store, store_catalogue
from ascolto.people.model import Operator
from ascolto.people.views import (
    ClientsBody,
    ImportBody,
    ImportReport,
    Named,
    NewOperatorBody,
    NewSkill,
    OperatorChangeBody,
    OperatorView,
    SkillsBody,
    SkillView,
    TeamView,
)

router = APIRouter(tags=["people"])

Reader = Annotated[Call, permit("people.read_directory")]
Planner = Annotated[Call, permit("people.manage")]
Assigner = Annotated[Call, permit("people.assign_skills")]
Admin = Annotated[Call, permit("identity.manage_accounts")]
Words = Annotated[str | None, Query(min_length=1, max_length=100)]


@router.get("/operators", summary="Operators by name")
async def list_operators(
    call: Reader,
    q: Words = None,
    team_id: UUID | None = None,
    skill: Annotated[str | None, Query(max_length=64)] = None,
    client_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OperatorView]:
    """Return a page of the operators in scope; skills and places only to those who assign them."""
    found = await store.find_operators(
        call.tx,
        words=q,
        team_id=None if team_id is None else str(team_id),
        # A search by skill would tell what the list itself does not show.
        skill=skill if call.principal.may("people.assign_skills") else None,
        client_id=None if client_id is None else str(client_id),
        after=decode_place(cursor),
        limit=limit + 1,
    )
    return page_of(
        found,
        limit=limit,
        show=lambda row: _shown(call, row[1]),
        place=lambda row: (row[0], row[1].id),
    )


@router.post("/operators", status_code=201, summary="Add an operator")
async def create_operator(body: NewOperatorBody, call: Planner) -> OperatorView:
    """Add an operator with skills, clients and, if any, their account."""
    return _shown(call, await actions.create_operator(call.tx, body.value()))


@router.get("/operators/{operator_id}", summary="One operator")
async def show_operator(operator_id: UUID, call: Reader) -> OperatorView:
    """Return an operator in scope; oneself with all details."""
    return _shown(call, await actions.get_operator(call.tx, str(operator_id)))


@router.patch("/operators/{operator_id}", summary="Change an operator")
async def change_operator(
    operator_id: UUID, body: OperatorChangeBody, call: Planner
) -> OperatorView:
    """Change an operator's own fields; absent ones stay."""
    operator = await actions.change_operator(
        call.tx, str(operator_id), v=body.v, changes=body.changes()
    )
    return _shown(call, operator)


@router.delete("/operators/{operator_id}", status_code=204, summary="Let an operator go")
async def archive_operator(operator_id: UUID, call: Planner) -> None:
    """Take an operator out of work; what they did stays."""
    await actions.archive_operator(call.tx, str(operator_id))


@router.put("/operators/{operator_id}/skills", summary="Set an operator's skills")
async def set_skills(operator_id: UUID, body: SkillsBody, call: Assigner) -> OperatorView:
    """Give an operator exactly these skills, with levels and expiry dates.

    Refused as a conflict where somebody has changed the operator since version `v`.
    """
    skills = {code: level.value() for code, level in body.skills.items()}
    return _shown(call, await actions.set_skills(call.tx, str(operator_id), skills, v=body.v))


@router.put("/operators/{operator_id}/clients", summary="Set an operator's clients")
async def set_clients(operator_id: UUID, body: ClientsBody, call: Planner) -> OperatorView:
    """Let an operator work for exactly these clients, of those in one's scope.

    Refused as a conflict where somebody has changed the operator since version `v`.
    """
    clients = [str(client) for client in body.clients]
    return _shown(call, await actions.set_clients(call.tx, str(operator_id), clients, v=body.v))


@router.get("/skills", summary="The catalogue of skills")
async def list_skills(call: Reader, cursor: Cursor = None, limit: Limit = 200) -> Page[SkillView]:
    """Return the skills in use, by code."""
    found = await store_catalogue.list_skills(call.tx, after=decode_text(cursor), limit=limit + 1)
    return page_of(found, limit=limit, show=SkillView.of, place=lambda skill: (skill.code,))


@router.post("/skills", status_code=201, summary="Add a skill")
async def create_skill(body: NewSkill, call: Planner) -> SkillView:
    """Add a skill to the catalogue."""
    return SkillView.of(await catalogue.create_skill(call.tx, code=body.code, name=body.name))


@router.patch("/skills/{skill_id}", summary="Rename a skill")
async def rename_skill(skill_id: UUID, body: Named, call: Planner) -> SkillView:
    """Rename a skill; its code stays, because rules name it."""
    return SkillView.of(await catalogue.change_skill(call.tx, str(skill_id), name=body.name))


@router.delete("/skills/{skill_id}", status_code=204, summary="Archive a skill")
async def archive_skill(skill_id: UUID, call: Planner) -> None:
    """Take a skill out of use; nobody has it any more."""
    await catalogue.change_skill(call.tx, str(skill_id), archived=True)


@router.get("/teams", summary="Teams by name")
async def list_teams(call: Reader, cursor: Cursor = None, limit: Limit = 200) -> Page[TeamView]:
    """Return the teams in use."""
    found = await store_catalogue.list_teams(call.tx, after=decode_place(cursor), limit=limit + 1)
    return page_of(
        found, limit=limit, show=TeamView.of, place=lambda team: (team.name.lower(), team.id)
    )


@router.post("/teams", status_code=201, summary="Add a team")
async def create_team(body: Named, call: Planner) -> TeamView:
    """Add a team."""
    return TeamView.of(await catalogue.create_team(call.tx, name=body.name))


@router.patch("/teams/{team_id}", summary="Rename a team")
async def rename_team(team_id: UUID, body: Named, call: Planner) -> TeamView:
    """Rename a team."""
    return TeamView.of(await catalogue.change_team(call.tx, str(team_id), name=body.name))


@router.delete("/teams/{team_id}", status_code=204, summary="Archive a team")
async def archive_team(team_id: UUID, call: Planner) -> None:
    """Take a team out of use."""
    await catalogue.change_team(call.tx, str(team_id), archived=True)


@router.post("/people/import", summary="Bring in people from a table")
async def import_people(body: ImportBody, call: Admin, request: Request) -> ImportReport:
    """Judge a table row by row and, unless it is a dry run, write all of it or nothing."""
    plans = await importing.import_people(
        call.tx,
        body.text,
        dry_run=body.dry_run,
        public_url=services_of(request).settings.public_url,
    )
    return ImportReport.of(plans, dry_run=body.dry_run)


def _shown(call: Call, operator: Operator) -> OperatorView:
    return OperatorView.of(
        operator, at=call.tx.now, detailed=_sees_details(call.principal, operator)
    )


def _sees_details(principal: Principal, operator: Operator) -> bool:
    return principal.may("people.assign_skills") or principal.operator_id == operator.id
