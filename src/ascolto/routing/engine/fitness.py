"""Who may take what: each rule by itself, with the code it is refused by."""

from collections.abc import Iterable

from ascolto.routing.engine.model import EU_COUNTRIES, ChannelCost, SkillNeed
from ascolto.routing.engine.state import Group, Person


def meets(person: Person, needs: Iterable[SkillNeed], at: float) -> bool:
    """Tell whether a person holds every needed skill at its level, unexpired."""
    skills = person.config.skills
    for need in needs:
        held = skills.get(need.skill)
        if held is None or held[0] < need.level:
            return False
        if held[1] is not None and held[1] <= at:
            return False
    return True


def may_ever(person: Person, group: Group) -> bool:
    """Tell whether a person's fixed traits fit a group's work (skills' expiry aside)."""
    config = person.config
    if group.client_id not in config.clients or config.channels.get(group.channel, 0) <= 0:
        return False
    if group.language is not None and group.language not in config.languages:
        return False
    return any(
        all(n.skill in config.skills and config.skills[n.skill][0] >= n.level for n in needs)
        for needs in group.needs
    )


def has_room(person: Person, channel: str, costs: dict[str, ChannelCost]) -> bool:
    """Tell whether a person can take one more piece of a channel's work beside what they have."""
    cost = costs[channel]
    if person.load + cost.cost > person.config.budget:
        return False
    if person.counts.get(channel, 0) >= person.config.channels.get(channel, 0):
        return False
    return all(
        other == channel or count == 0 or other in cost.interrupts
        for other, count in person.counts.items()
    )


def fits_now(person: Person, group: Group, costs: dict[str, ChannelCost], at: float) -> bool:
    """Tell whether a person may be offered a group's work at this moment."""
    if person.state != "available" or not has_room(person, group.channel, costs):
        return False
    if group.eu_only and person.country not in EU_COUNTRIES:
        return False
    due = person.break_due_at
    if due is not None and due - at < group.policy.long_work_s:
        return False
    return any(meets(person, needs, at) for needs in group.needs)


def reasons_against(
    person: Person, group: Group, costs: dict[str, ChannelCost], at: float
) -> list[str]:
    """Return the code of every rule that keeps a person from a group's work at this moment."""
    config = person.config
    due = person.break_due_at
    wrong = {
        "other_client": group.client_id not in config.clients,
        "channel_not_served": config.channels.get(group.channel, 0) <= 0,
        "language": group.language is not None and group.language not in config.languages,
        f"presence_{person.state}": person.state != "available",
        "outside_eu": group.eu_only and person.country not in EU_COUNTRIES,
        "break_due": due is not None and due - at < group.policy.long_work_s,
        "no_capacity": group.channel in costs and not has_room(person, group.channel, costs),
        "skill": not any(meets(person, needs, at) for needs in group.needs),
    }
    return [code for code, holds in wrong.items() if holds]
