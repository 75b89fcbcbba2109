"""The people: who has which traits, who has room for which channel, who has been idle longest.

People are bits of long integers: one mask a trait, one a channel for who has room. Who may take
a piece of work is then one `and`, however many people and groups there are, and a person who
becomes free or full flips a few bits instead of being entered in hundreds of sets.
"""

from bisect import bisect_left, insort
from heapq import heappop, heappush
from itertools import compress

from ascolto.routing.engine import fitness
from ascolto.routing.engine import model as m
from ascolto.routing.engine.state import (
    BUSY,
    IDLE,
    LET_OFF,
    NOT_HERE,
    ON_BREAK,
    Asked,
    Person,
    Piece,
    Profile,
    Trait,
)

USUAL_COSTS = (
    m.ChannelCost("voice", 100),
    m.ChannelCost("webchat", 33, frozenset({"email", "task", "messaging"})),
    m.ChannelCost("messaging", 20, frozenset({"webchat", "email", "task"})),
    m.ChannelCost("email", 25, frozenset({"webchat", "task", "messaging"})),
    m.ChannelCost("task", 25, frozenset({"webchat", "email", "messaging"})),
    m.ChannelCost("callback", 100, frozenset()),
)
_UNKNOWN_COST = 100
NEVER = float("inf")
_VERY_FEW, _FEW = 4, 16
_AS_NUMBERS = bytes.maketrans(b"01", b"\x00\x01")


class Crew:
    """Everybody who may be offered work."""

    def __init__(self) -> None:
        """Start with nobody, and with the usual channels."""
        self.people: dict[str, Person] = {}
        self.costs = {cost.channel: cost for cost in USUAL_COSTS}
        self.channels = {cost.channel: number for number, cost in enumerate(USUAL_COSTS)}
        self.open = [0] * len(self.channels)
        self.order: list[tuple[int, float, str, Person]] = []
        self.lapses_at: float | None = None
        self.forgets_at = NEVER
        self.kept_mask = 0
        self.here = 0
        self.by_load: dict[int, int] = {}
        self.loads: list[int] = []
        self._names = list(self.channels)
        self._slots: list[Person | None] = []
        self._spare: list[int] = []
        self._traits: dict[Trait, int] = {}
        self._crowds: dict[tuple[str, str | None], list[int]] = {}
        self._profiles: dict[tuple[object, ...], Profile] = {}

    # -- channels ------------------------------------------------------------------------------

    def channel_number(self, channel: str) -> int:
        """Return a channel's number; one never heard of takes the whole budget."""
        number = self.channels.get(channel)
        if number is None:
            number = self.channels[channel] = len(self._names)
            self._names.append(channel)
            self.open.append(0)
            self.costs.setdefault(channel, m.ChannelCost(channel, _UNKNOWN_COST))
        return number

    def cost_of(self, channel: str) -> m.ChannelCost:
        """Return what a channel's work takes."""
        self.channel_number(channel)
        return self.costs[channel]

    def set_cost(self, cost: m.ChannelCost) -> None:
        """Change what a channel takes, for the work that is in hand too."""
        self.channel_number(cost.channel)
        self.costs[cost.channel] = cost
        for profile in self._profiles.values():
            profile.rooms.clear()
        for person in self.people.values():
            self.measure(person)
            self.settle(person)

    # -- coming and going ----------------------------------------------------------------------

    def configure(self, config: m.Operator, at: float) -> Person:
        """Take in a person, or another description of one who is known."""
        profile = self._profile_of(config)
        person = self.people.get(config.id)
        if person is None:
            slot = heappop(self._spare) if self._spare else len(self._slots)
            person = Person(config, slot, profile, country=config.country, idle_since=at)
            self._slots[slot : slot + 1] = [person]
            self.people[config.id] = person
        self._join_crowds(person, config)
        person.config = config
        person.country = person.told_country or config.country
        person.profile = profile
        self.measure(person)
        return person

    def _profile_of(self, config: m.Operator) -> Profile:
        for channel in config.channels:
            self.channel_number(channel)
        key = (config.budget, *sorted(config.channels.items()))
        profile = self._profiles.get(key)
        if profile is None:
            profile = self._profiles[key] = Profile(dict(config.channels), config.budget)
        return profile

    def remove(self, person: Person) -> None:
        """Forget a person whose state is offline and whose traits are none."""
        self.settle(person)
        for crowd in person.crowds:
            crowd[person.doing] -= 1
        self._slots[person.slot] = None
        heappush(self._spare, person.slot)
        del self.people[person.config.id]

    # -- crowds, for the floor -----------------------------------------------------------------

    def _join_crowds(self, person: Person, config: m.Operator) -> None:
        for crowd in person.crowds:
            crowd[person.doing] -= 1
        keys = [(client_id, config.team) for client_id in sorted(config.clients)]
        if any(key not in self._crowds for key in keys):
            self._crowds.update({key: [0, 0, 0, 0] for key in keys if key not in self._crowds})
            self._crowds = dict(sorted(self._crowds.items(), key=_by_name))
        person.crowds = [self._crowds[key] for key in keys]
        for crowd in person.crowds:
            crowd[person.doing] += 1

    def crowds(self) -> list[m.Crowd]:
        """Count people by client and team, without looking at any of them."""
        return [
            m.Crowd(client_id, team, here + gone, idle, busy, on_break)
            for (client_id, team), (gone, idle, busy, on_break) in self._crowds.items()
            if (here := idle + busy + on_break) or gone
        ]

    def here_for(self, client_id: str) -> int:
        """Return the mask of who is at work just now and serves a client."""
        return self._traits.get(("client", client_id), 0) & self.here

    # -- traits --------------------------------------------------------------------------------

    def set_traits(self, person: Person, traits: frozenset[Trait]) -> None:
        """Note what a person has now."""
        for trait in person.traits ^ traits:
            mask = self._traits.get(trait, 0) ^ person.bit
            if mask:
                self._traits[trait] = mask
            else:
                del self._traits[trait]
        person.traits = traits
        person.shown.clear()

    def note_lapse(self, person: Person, at: float) -> None:
        """Remember when the next of a person's skills expires."""
        person.lapses_at = fitness.next_lapse(person, at)
        if person.lapses_at is not None and (
            self.lapses_at is None or person.lapses_at < self.lapses_at
        ):
            self.lapses_at = person.lapses_at

    def lapsed(self, at: float) -> list[Person]:
        """Return whose skills have just expired, and look for the next moment one does."""
        due = [p for p in self.people.values() if p.lapses_at is not None and p.lapses_at <= at]
        later = (p.lapses_at for p in self.people.values() if p.lapses_at is not None)
        self.lapses_at = min((moment for moment in later if moment > at), default=None)
        return sorted(due, key=lambda person: person.config.id)

    def with_traits(self, asked: Asked) -> list[int]:
        """Return for each ring the mask of everybody whom it, or a narrower one, lets in."""
        masks = self._traits
        always = -1
        for trait in asked.must:
            always &= masks.get(trait, 0)
        found = [0]
        for ring in asked.rings:
            open_to = always
            for trait in ring:
                open_to &= masks.get(trait, 0)
            found.append(found[-1] | open_to)
        return found[1:]

    def skills_shown(self, person: Person, asked: Asked) -> tuple[tuple[str, int, int], ...]:
        """Return code, needed and held level of the skills by which a person may serve work."""
        ring = fitness.narrowest_ring(person.traits, asked)
        held = person.config.skills
        needs = () if ring is None else asked.needs[ring]
        shown = tuple((need.skill, need.level, held[need.skill][0]) for need in needs)
        person.shown[asked.number] = shown
        return shown

    # -- breaks --------------------------------------------------------------------------------

    def note_break(self, person: Person, due_at: float | None, at: float) -> None:
        """Note when a person's break is due, unless that is long past."""
        person.break_due_at = None
        if due_at is not None and due_at + fitness.BREAK_FORGOTTEN_S > at:
            person.break_due_at = due_at
            self.forgets_at = min(self.forgets_at, due_at + fitness.BREAK_FORGOTTEN_S)

    def forget_breaks(self, at: float) -> list[Person]:
        """Wait no longer for breaks that were due long ago; return whose they were."""
        late, self.forgets_at = [], NEVER
        for person in self.people.values():
            if person.break_due_at is not None:
                until = person.break_due_at + fitness.BREAK_FORGOTTEN_S
                if until <= at:
                    person.break_due_at = None
                    late.append(person)
                else:
                    self.forgets_at = min(self.forgets_at, until)
        return sorted(late, key=lambda person: person.config.id)

    # -- kept for exclusive work ---------------------------------------------------------------

    def keep(self, person: Person, piece: Piece) -> None:
        """Hold back a person's room for a piece of exclusive work."""
        person.kept_for, piece.keeper = piece, person
        self.kept_mask |= person.bit

    def let_off(self, person: Person) -> None:
        """Hold back a person's room for that work no longer, but for none but the next look.

        Whatever moves meanwhile could take them before better work that waited for just this.
        """
        if person.kept_for is not None:
            person.kept_for.keeper = None
            person.kept_for = LET_OFF

    def free(self, person: Person) -> None:
        """Let a person who was let off, or is gone, be found again."""
        person.kept_for = None
        self.kept_mask &= ~person.bit

    def empty_room(self, person: Person) -> int:
        """Return the channels that a person with nothing in hand has room for."""
        known = person.profile.rooms.get(0) or self._measured(person.profile, 0)
        return known[0]

    # -- room ----------------------------------------------------------------------------------

    def measure(self, person: Person) -> None:
        """Work out a person's load and room from what they have in hand."""
        known = person.profile.rooms.get(person.mix)
        if known is None:
            known = self._measured(person.profile, person.mix)
        person.load = known[1]
        person.room = known[0] if person.state == "available" else 0

    def _measured(self, profile: Profile, mix: int) -> tuple[int, int]:
        costs = self.costs
        counts = fitness.counts_of(mix, self.channels)
        room = 0
        for channel in profile.channels:
            if fitness.has_room(profile, counts, channel, costs):
                room |= 1 << self.channels[channel]
        known = profile.rooms[mix] = (room, fitness.load_of(counts, costs))
        return known

    def settle(self, person: Person) -> None:  # noqa: C901 - a call costs more
        """Let everybody see a person's room and place in the order of who is next."""
        state = person.state
        if state in ("available", "busy"):
            doing = IDLE if person.load == 0 and state == "available" else BUSY
        else:
            doing = ON_BREAK if state == "break" else NOT_HERE
        if doing != person.doing:
            for crowd in person.crowds:
                crowd[person.doing] -= 1
                crowd[doing] += 1
            if NOT_HERE in (doing, person.doing):
                self.here ^= person.bit
            person.doing = doing
        load = person.load if state == "available" else None
        if load != person.listed_load:
            self._list_load(person, load)
        room = person.room
        differing = room ^ person.listed
        if differing:
            person.listed = room
            while differing:
                low = differing & -differing
                self.open[low.bit_length() - 1] ^= person.bit
                differing ^= low
        place = person.place
        if room:
            new = (person.load, person.idle_since, person.config.id, person)
            if place is not None:
                if place[:3] == new[:3]:
                    return
                del self.order[bisect_left(self.order, place)]
            insort(self.order, new)
            person.place = new
        elif place is not None:
            del self.order[bisect_left(self.order, place)]
            person.place = None

    def _list_load(self, person: Person, load: int | None) -> None:
        """Note who is available with which load."""
        if person.listed_load is not None:
            self.by_load[person.listed_load] ^= person.bit
        if load is not None:
            if load not in self.by_load:
                self.by_load[load] = 0
                insort(self.loads, load)
            self.by_load[load] ^= person.bit
        person.listed_load = load

    def in_mask(self, mask: int) -> list[Person]:
        """Return the people of a mask."""
        slots, count, found = self._slots, mask.bit_count(), []
        if count <= _VERY_FEW:
            while mask:
                low = mask & -mask
                person = slots[low.bit_length() - 1]
                if person is not None:
                    found.append(person)
                mask ^= low
            return found
        bits = bin(mask)[:1:-1]
        if count * _FEW > len(slots):
            people = compress(slots, bits.encode().translate(_AS_NUMBERS))
            return [person for person in people if person is not None]
        slot = bits.find("1")
        while slot >= 0:
            person = slots[slot]
            if person is not None:
                found.append(person)
            slot = bits.find("1", slot + 1)
        return found


def _by_name(entry: tuple[tuple[str, str | None], list[int]]) -> tuple[str, str]:
    client_id, team = entry[0]
    return client_id, team or ""
