"""Who answers: operators, their teams, skills, languages, place and clients.

Owns the schema `people`. Knows what somebody can do, never what they are doing: presence and load
belong to routing.
"""

from ascolto.people.model import NewOperator, Operator, Skill, SkillLevel, Team
from ascolto.people.store import find_operators, get_operator, list_operators, operators_by_ids

__all__ = [
    "NewOperator",
    "Operator",
    "Skill",
    "SkillLevel",
    "Team",
    "find_operators",
    "get_operator",
    "list_operators",
    "operators_by_ids",
]
