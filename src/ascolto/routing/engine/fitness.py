"""Who may take what: each rule by itself, with the code it is refused by.

What changes seldom (clients, channels, languages, skills with level and expiry, country) is told
as traits: work asks for some of them, people have some. What changes with every piece of work
(presence, budget, channel limits, interrupts, breaks) is asked at the moment of the offer.
"""

from collections.abc import Iterable, Iterator, Mapping

from ascolto.routing.engine.model import EU_COUNTRIES, ChannelCost, QueuePolicy, SkillNeed, WorkItem
from ascolto.routing.engine.state import Asked, Person, Profile, Trait

BREAK_FORGOTTEN_S = 1800.0
"""So long after it was due a break that nobody took is no longer waited for."""

_HALF_A_BUDGET = 50
_COUNT_BITS = 16
_COUNT_MASK = (1 << _COUNT_BITS) - 1


def traits_of(person: Person, at: float) -> frozenset[Trait]:
    """Return what a person has at this moment; skills that have expired are not among it."""
    return frozenset(_traits(person, at))


def _traits(person: Person, at: float) -> Iterator[Trait]:
    config = person.config
    yield from (("client", client_id) for client_id in config.clients)
    yield from (("channel", channel) for channel, most in config.channels.items() if most > 0)
    yield from (("language", language) for language in config.languages)
    if person.country in EU_COUNTRIES:
        yield ("eu",)
    for skill, (level, expires_at) in config.skills.items():
        if expires_at is None or expires_at > at:
            yield from (("skill", skill, known) for known in range(1, level + 1))


def next_lapse(person: Person, at: float) -> float | None:
    """Return when the next of a person's skills expires, None when none will."""
    later = (e for _, e in person.config.skills.values() if e is not None and e > at)
    return min(later, default=None)


def asked_always(item: WorkItem, policy: QueuePolicy) -> frozenset[Trait]:
    """Return what work asks of everybody, in whatever ring."""
    asked: list[Trait] = [("client", item.client_id), ("channel", item.channel)]
    if item.language is not None:
        asked.append(("language", item.language))
    if item.eu_only or policy.eu_only:
        asked.append(("eu",))
    return frozenset(asked)


def asked_skills(needs: Iterable[SkillNeed]) -> frozenset[Trait]:
    """Return the skills that needs come to, as traits."""
    return frozenset(("skill", need.skill, max(1, need.level)) for need in needs)


def narrowest_ring(traits: frozenset[Trait], asked: Asked) -> int | None:
    """Return the first ring whose circle takes in who has these traits, None when none does."""
    if not asked.must <= traits:
        return None
    return next((n for n, ring in enumerate(asked.rings) if ring <= traits), None)


# -- room: budget, channel limits, interrupts ---------------------------------------------------


def unit_of(channel_number: int) -> int:
    """Return what one piece of a channel adds to a person's mix, a count per channel in one int."""
    return 1 << (_COUNT_BITS * channel_number)


def counts_of(mix: int, channels: Mapping[str, int]) -> dict[str, int]:
    """Return how many pieces of each channel a mix holds; channels without any are left out."""
    counts = {c: (mix >> (_COUNT_BITS * n)) & _COUNT_MASK for c, n in channels.items()}
    return {channel: count for channel, count in counts.items() if count}


def load_of(counts: Mapping[str, int], costs: Mapping[str, ChannelCost]) -> int:
    """Return how much of a budget work takes."""
    return sum(costs[channel].cost * count for channel, count in counts.items())


def has_room(
    profile: Profile, counts: Mapping[str, int], channel: str, costs: Mapping[str, ChannelCost]
) -> bool:
    """Tell whether one more piece of a channel's work fits beside what a person has."""
    cost = costs[channel]
    if load_of(counts, costs) + cost.cost > profile.budget:
        return False
    if counts.get(channel, 0) >= profile.channels.get(channel, 0):
        return False
    return all(other == channel or other in cost.interrupts for other in counts)


def is_exclusive(cost: ChannelCost) -> bool:
    """Tell whether a channel's work seldom fits beside other work, however much of that ends.

    It may interrupt nothing, or takes half of a usual budget and more: a person who has three
    chats and gets a new one whenever one ends would never have room for it.
    """
    return not cost.interrupts or cost.cost >= _HALF_A_BUDGET


def break_blocks(person: Person, long_work_s: float, at: float) -> bool:
    """Tell whether a break is due so soon that work of this length would push it back."""
    due = person.break_due_at
    return due is not None and due - at < long_work_s


# -- why not -----------------------------------------------------------------------------------


def reasons_against(
    person: Person,
    item: WorkItem,
    policy: QueuePolicy,
    *,
    ring: int,
    counts: Mapping[str, int],
    costs: Mapping[str, ChannelCost],
    at: float,
) -> list[str]:
    """Return the code of every rule that keeps a person from work at this moment."""
    config = person.config
    traits = traits_of(person, at)
    rings = policy.rings[: ring + 1]
    open_to = [asked_skills((*r.needs, *item.needs)) for r in rings] or [asked_skills(item.needs)]
    eu_only = item.eu_only or policy.eu_only
    wrong = {
        "other_client": item.client_id not in config.clients,
        "channel_not_served": config.channels.get(item.channel, 0) <= 0,
        "language": item.language is not None and item.language not in config.languages,
        f"presence_{person.state}": person.state != "available",
        "outside_eu": eu_only and person.country not in EU_COUNTRIES,
        "break_due": break_blocks(person, policy.long_work_s, at),
        "no_capacity": not has_room(person.profile, counts, item.channel, costs),
        "skill": not any(needs <= traits for needs in open_to),
    }
    return [code for code, holds in wrong.items() if holds]
