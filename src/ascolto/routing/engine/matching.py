"""The two looks: work looks for a person, a person with room looks for work."""

from ascolto.routing.engine import fitness
from ascolto.routing.engine.backlog import Backlog
from ascolto.routing.engine.crew import Crew
from ascolto.routing.engine.state import EMPTY, Group, Person, Piece, ring_at


def fits_now(person: Person, group: Group, piece: Piece, ring: int, at: float) -> bool:
    """Tell whether a person may be offered a piece of work at this moment."""
    asked = group.asked
    return (
        person.room >> asked.channel & 1 == 1
        and asked.masks[ring] >> person.slot & 1 == 1
        and person.id not in piece.excluded
        and not fitness.break_blocks(person, group.long_work_s, at)
        and not is_kept_from(person, piece)
    )


def is_kept_from(person: Person, piece: Piece) -> bool:
    """Tell whether a person's room is held back for exclusive work that comes before this."""
    kept_for = person.kept_for
    return kept_for is not None and kept_for is not piece and kept_for.rank < piece.rank


def still_keeps(piece: Piece, group: Group, ring: int, at: float) -> bool:
    """Tell whether who is held back for a piece could still be offered it with empty hands."""
    person = piece.keeper
    return (
        person is not None
        and person.state == "available"
        and group.asked.masks[ring] & person.bit != 0
        and person.id not in piece.excluded
        and not _on_break(person, group, at)
    )


def keeper_for(crew: Crew, piece: Piece, group: Group, ring: int, at: float) -> Person | None:
    """Return whose room to hold back for exclusive work: the least loaded who may serve it.

    Among equals it stays who it was: a wait that changes hands never ends.
    """
    keeper = piece.keeper
    mask = group.asked.masks[ring] & ~crew.kept_mask
    if keeper is not None:
        mask |= group.asked.masks[ring] & keeper.bit
    for load in crew.loads:
        least = mask & crew.by_load[load]
        best = _longest_idle(crew, piece, group, least, at) if least else None
        if best is not None:
            return best
    return None


def _longest_idle(crew: Crew, piece: Piece, group: Group, mask: int, at: float) -> Person | None:
    """Return who of a mask keeps room: who keeps it already, then the longest idle."""
    keeper, channel, excluded = piece.keeper, group.asked.channel, piece.excluded
    best: Person | None = None
    for person in crew.in_mask(mask):
        if best is not None and person.idle_since > best.idle_since and person is not keeper:
            continue
        due = person.break_due_at
        if due is not None and due - at < group.long_work_s:
            continue
        if person.id in excluded or not crew.empty_room(person) >> channel & 1:
            continue
        if person is keeper:
            return person
        if best is None or (person.idle_since, person.id) < (best.idle_since, best.id):
            best = person
    return best


def best_person(crew: Crew, piece: Piece, group: Group, mask: int, at: float) -> Person | None:
    """Return who of a mask takes a piece of work: the least loaded, then the longest idle."""
    for operator_id in piece.excluded:
        person = crew.people.get(operator_id)
        if person is not None:
            mask &= ~person.bit
    kept = mask & crew.kept_mask
    if kept:
        for person in crew.in_mask(kept):
            if is_kept_from(person, piece):
                mask ^= person.bit
        if not mask:
            return None
    count = mask.bit_count()
    if count * count * 4 <= len(crew.order):
        few = [p.place for p in crew.in_mask(mask) if not _on_break(p, group, at)]
        first = min((place for place in few if place is not None), default=None)
        return None if first is None else first[3]
    for place in crew.order:
        person = place[3]
        if mask & person.bit and not _on_break(person, group, at):
            return person
    return None


def _on_break(person: Person, group: Group, at: float) -> bool:
    return person.break_due_at is not None and fitness.break_blocks(person, group.long_work_s, at)


def first_piece(backlog: Backlog, person: Person, at: float) -> Piece | None:
    """Return the first work in rank that a person may be offered at this moment."""
    room = person.room
    if not room:
        return None
    lineup = person.lineups.get(room)
    if lineup is None:
        lineup = backlog.lineup(person, room)
    due = person.break_due_at
    if due is not None and due - at < backlog.longest_work_s:
        best = _first_carefully(backlog, person, lineup[1], at)
    else:
        ranks = lineup[0](backlog.heads)
        rank = min(ranks)
        best = None if rank == EMPTY else backlog.firsts[lineup[1][ranks.index(rank)]]
        if best is not None and best.excluded and person.id in best.excluded:
            best = _first_carefully(backlog, person, lineup[1], at)
    if person.held:
        best = _or_held(backlog, person, best, at)
    return None if best is not None and is_kept_from(person, best) else best


def _first_carefully(
    backlog: Backlog, person: Person, indexes: tuple[int, ...], at: float
) -> Piece | None:
    """Look at each group by itself: a break is due, or the first work of one was missed before."""
    best: Piece | None = None
    for index in indexes:
        first = backlog.firsts[index]
        if first is None or (best is not None and best.rank < first.rank):
            continue
        group = first.group
        if group is None or fitness.break_blocks(person, group.long_work_s, at):
            continue
        if person.id in first.excluded:
            ring = index - group.base
            first = backlog.first_open_to(group, ring, person.id, at)
        if first is not None and (best is None or first.rank < best.rank):
            best = first
    return best


def _or_held(backlog: Backlog, person: Person, best: Piece | None, at: float) -> Piece | None:
    """Let the work kept for a person take part by its rank."""
    for piece in person.held.values():
        if (best is None or piece.rank < best.rank) and fits_now(
            person, backlog.group_of(piece), piece, ring_at(piece, at), at
        ):
            best = piece
    return best
