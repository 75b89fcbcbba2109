"""The two looks: work looks for a person, a person with room looks for work."""

from ascolto.routing.engine import fitness
from ascolto.routing.engine.backlog import Backlog
from ascolto.routing.engine.crew import Crew
from ascolto.routing.engine.state import EMPTY, Group, Person, Piece


def fits_now(person: Person, group: Group, piece: Piece, at: float) -> bool:
    """Tell whether a person may be offered a piece of work at this moment."""
    return (
        person.room >> group.channel & 1 == 1
        and group.mask >> person.slot & 1 == 1
        and person.config.id not in piece.excluded
        and not fitness.break_blocks(person, group.long_work_s, at)
    )


def best_person(crew: Crew, piece: Piece, group: Group, at: float) -> Person | None:
    """Return who takes a piece of work: the least loaded, then the longest idle, who fits."""
    mask = crew.open[group.channel] & group.mask
    if not mask:
        return None
    for operator_id in piece.excluded:
        person = crew.people.get(operator_id)
        if person is not None:
            mask &= ~person.bit
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


def candidates(crew: Crew, person: Person, group: Group) -> int:
    """Count who may serve a group and has room for it, this person included."""
    return (crew.open[group.channel] & group.mask | person.bit).bit_count()


def first_piece(backlog: Backlog, person: Person, at: float) -> Piece | None:
    """Return the first work in rank that a person may be offered at this moment."""
    room = person.room
    if not room:
        return None
    due = person.break_due_at
    if due is not None and due - at < backlog.longest_work_s:
        best = _first_carefully(backlog, person, room, at)
    else:
        reader = person.readers.get(room)
        if reader is None or person.seen_groups != len(backlog.groups):
            reader = backlog.reader(person, room)
        rank = min(reader(backlog.heads))
        best = None if rank == EMPTY else backlog.by_rank[rank]
        if best is not None and best.excluded and person.config.id in best.excluded:
            best = _first_carefully(backlog, person, room, at)
    return _or_held(backlog, person, best, at) if person.held else best


def _first_carefully(backlog: Backlog, person: Person, room: int, at: float) -> Piece | None:
    """Look at each group by itself: a break is due, or the first work of one was missed before."""
    best: Piece | None = None
    for index in backlog.indexes(person, room):
        head = backlog.heads[index]
        group = backlog.groups[index]
        if group is None or head == EMPTY or (best is not None and best.rank < head):
            continue
        if fitness.break_blocks(person, group.long_work_s, at):
            continue
        first: Piece | None = backlog.by_rank[head]
        if first is not None and person.config.id in first.excluded:
            first = backlog.first_open_to(group, person.config.id)
        if first is not None and (best is None or first.rank < best.rank):
            best = first
    return best


def _or_held(backlog: Backlog, person: Person, best: Piece | None, at: float) -> Piece | None:
    """Let the work kept for a person take part by its rank."""
    for piece in person.held.values():
        if (best is None or piece.rank < best.rank) and fits_now(
            person, backlog.group_of(piece), piece, at
        ):
            best = piece
    return best
