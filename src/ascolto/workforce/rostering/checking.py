"""An examiner of rosters that shares no rule with the program that makes them.

It reads the two JSON documents as they are, does its own sums over moments and minutes, and names
the article of every rule that a shift breaks. It works out the cost anew, office days apart.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.workforce.rostering.checking_split import (
    Shift,
    split_faults,
    split_priced,
    unbroken,
    worked,
)
from ascolto.workforce.ruling import Rule

REST = timedelta(hours=11)
WEEK_REST = timedelta(hours=35)
MINUTE = timedelta(minutes=1)
RESTS = ("pause", "meal")


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a roster breaks: who, when, which article, in what way."""

    person: str
    day: str
    article: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Return the violation as it is written."""
        return {
            "person": self.person,
            "day": self.day,
            "article": self.article,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Examined:
    """Every violation found, and the cost worked out anew."""

    violations: list[Violation]
    cost: dict[str, float]


def examine(instance: dict[str, Any], roster: dict[str, Any]) -> Examined:
    """Examine a roster; KeyError, TypeError or ValueError for what is no roster at all."""
    found: list[Violation] = []
    zone = ZoneInfo(instance.get("timezone", "Europe/Rome"))
    contracts = {contract["id"]: contract for contract in instance["contracts"]}
    known = {person["id"] for person in instance["people"]}
    strangers = sorted(set(roster["people"]) - known)
    found += [Violation(name, "", "instance", "nobody of this name") for name in strangers]
    covered: dict[tuple[str, datetime], int] = defaultdict(int)
    seated: dict[datetime, int] = defaultdict(int)
    wishes: dict[str, float] = defaultdict(float)
    step = instance.get("interval_minutes", 15)
    for person in instance["people"]:
        shifts = _shifts(roster["people"].get(person["id"], []), zone)
        contract = contracts[person["contract"]]
        found += _person(instance, person, contract, shifts, zone)
        _add_wishes(person, contract, shifts, zone, wishes)
        for shift in shifts:
            _add_cover(shift, step, covered, seated)
    seats = (instance.get("office") or {}).get("seats")
    if seats is not None:
        for at, count in sorted(seated.items()):
            if count > seats:
                text = Rule(f"{count} in the office, {seats} seats", "seats", n=count, seats=seats)
                found.append(Violation("", at.astimezone(zone).isoformat(), "office", text))
    if not any(split_priced(one, contracts[one["contract"]]) for one in instance["people"]):
        wishes.pop("split_days", None)
    return Examined(found, _cost(instance, covered, wishes, zone))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment; one without an offset is told by the instance's clocks."""
    told = datetime.fromisoformat(text)
    return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)


def _shifts(told: list[dict[str, Any]], zone: ZoneInfo) -> list[Shift]:
    shifts = [
        Shift(
            date.fromisoformat(shift["day"]),
            _moment(shift["start"], zone),
            _moment(shift["end"], zone),
            [(int(minutes), str(what)) for minutes, what in shift["parts"]],
            shift.get("place"),
        )
        for shift in told
    ]
    return sorted(shifts, key=lambda shift: shift.start)


def _person(
    instance: dict[str, Any],
    person: dict[str, Any],
    contract: dict[str, Any],
    shifts: list[Shift],
    zone: ZoneInfo,
) -> list[Violation]:
    found: list[tuple[date, str, str]] = []
    for own in worked(person, shifts):
        for n, shift in enumerate(own):
            # A split day is paid as one shift, its parts with their breaks are looked at alone.
            paid = None if n else sum(one.paid for one in own)
            found += _one_shift(instance, person, contract, shift, zone, paid=paid)
        for shift in unbroken(own):
            found += _breaks(instance, shift)
    first = date.fromisoformat(instance["start"])
    found += _rests(person, shifts, first)
    found += _rows_of_days(person, shifts, first)
    found += _weeks(instance, person, contract, shifts)
    found += split_faults(person, contract, shifts)
    name = person["id"]
    return [Violation(name, day.isoformat(), article, text) for day, article, text in found]


def _one_shift(
    instance: dict[str, Any],
    person: dict[str, Any],
    contract: dict[str, Any],
    shift: Shift,
    zone: ZoneInfo,
    *,
    paid: int | None,
) -> list[tuple[date, str, str]]:
    day = shift.day
    found: list[tuple[date, str, str]] = []
    if shift.day.isoformat() in person.get("leave", []):
        found.append((day, "D.Lgs. 66/2003 art. 10", Rule("at work on a day of leave", "leave")))
    if sum(minutes for minutes, _ in shift.parts) * MINUTE != shift.end - shift.start:
        found.append((day, "roster", Rule("the parts are not as long as the shift", "parts")))
    if shift.start.astimezone(zone).date() != day:
        found.append((day, "roster", Rule("the shift does not begin on its day", "begins")))
    first = date.fromisoformat(instance["start"])
    if not first <= day < first + timedelta(days=instance["days"]):
        found.append((day, "roster", Rule("the day is not of this roster", "day")))
    if paid is not None and paid not in contract["shift_minutes"]:
        text = Rule(f"{paid} paid minutes are not agreed", "paid", n=paid)
        found.append((day, "contract", text))
    found += _bands(person, contract, shift, zone)
    queues = {queue["id"] for queue in instance["queues"]}
    for _, what in shift.parts:
        if what not in RESTS and (what not in queues or what not in person["skills"]):
            found.append((day, "skills", Rule(f"cannot work on {what}", "skill")))
    return found


def _bands(
    person: dict[str, Any], contract: dict[str, Any], shift: Shift, zone: ZoneInfo
) -> list[tuple[date, str, str]]:
    if any(_within(band, shift, zone) for band in contract["bands"]):
        return []
    if not any(_within(band, shift, zone) for band in contract.get("elastic_bands", [])):
        return [(shift.day, "D.Lgs. 81/2015 art. 5", Rule("outside the agreed bands", "bands"))]
    if person.get("elastic"):
        return []
    text = Rule("an elastic clause has not been agreed", "elastic")
    return [(shift.day, "D.Lgs. 81/2015 art. 6", text)]


def _within(band: dict[str, Any], shift: Shift, zone: ZoneInfo) -> bool:
    if shift.day.isoweekday() not in band.get("weekdays", range(1, 8)):
        return False
    return _wall(shift.day, band["from"], zone) <= shift.start and shift.end <= _wall(
        shift.day, band["to"], zone
    )


def _wall(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """Return the moment of a wall-clock time; 24:00 and later is the next day."""
    hour, minute = clock.split(":")
    day += timedelta(days=int(hour) // 24)
    at = datetime(day.year, day.month, day.day, int(hour) % 24, int(minute), tzinfo=zone)
    return at.astimezone(UTC)


def _breaks(instance: dict[str, Any], shift: Shift) -> list[tuple[date, str, str]]:
    day = shift.day
    found: list[tuple[date, str, str]] = []
    off_screen = {queue["id"] for queue in instance["queues"] if queue.get("off_screen")}
    if shift.paid > 360 and not any(w == "meal" and m >= 10 for m, w in shift.parts):
        told = f"{shift.paid} minutes without the break that is due beyond six hours"
        text = Rule(told, "meal", n=shift.paid)
        found.append((day, "D.Lgs. 66/2003 art. 8", text))
    if shift.parts and (shift.parts[0][1] in RESTS or shift.parts[-1][1] in RESTS):
        text = Rule("a pause at the beginning or the end", "pause_edge")
        found.append((day, "D.Lgs. 81/2008 art. 175", text))
    stretch = away = 0
    for minutes, what in [*shift.parts, (15, "pause")]:
        if what in RESTS or what in off_screen:
            away += minutes
            if away >= 15:
                if stretch > 120:
                    text = Rule(
                        f"{stretch} minutes at the screen without a pause of 15",
                        "screen",
                        n=stretch,
                    )
                    found.append((day, "D.Lgs. 81/2008 art. 175", text))
                stretch = 0
        else:
            stretch += minutes
            away = 0
    return found


def _rests(person: dict[str, Any], shifts: list[Shift], first: date) -> list[tuple[date, str, str]]:
    found: list[tuple[date, str, str]] = []
    ended: tuple[datetime, date] | None = None
    before = person.get("before")
    if before is not None and shifts:
        last = datetime.fromisoformat(before["last_end"]).astimezone(UTC)
        in_a_row = before.get("consecutive_days", 0)
        ended = (last, first - timedelta(days=1 if in_a_row else 2))
    for shift in shifts:
        if ended is not None:
            rest, days = shift.start - ended[0], (shift.day - ended[1]).days
            hours = rest / timedelta(hours=1)
            if days == 0 and person.get("split"):
                pass  # two shifts in a day are theirs to agree to: `checking_split` has the bounds
            elif days == 0:
                text = Rule("two shifts on one day without a day's rest between", "two_a_day")
                found.append((shift.day, "D.Lgs. 66/2003 art. 7", text))
            elif rest < REST:
                told = f"{hours:.2f}"
                text = Rule(
                    f"{told} hours of rest since the last shift, 11 are due", "rest", n=told
                )
                found.append((shift.day, "D.Lgs. 66/2003 art. 7", text))
            if days > 1 and rest < WEEK_REST:
                told = f"{hours:.2f}"
                text = Rule(f"{told} hours around the day off, 24 + 11 are due", "day_off", n=told)
                found.append((shift.day, "D.Lgs. 66/2003 art. 9", text))
        ended = (shift.end, shift.day)
    return found


def _rows_of_days(
    person: dict[str, Any], shifts: list[Shift], first: date
) -> list[tuple[date, str, str]]:
    found: list[tuple[date, str, str]] = []
    days = sorted({shift.day for shift in shifts})
    row, last = 0, None
    before = person.get("before")
    if before is not None and days:
        row = before.get("consecutive_days", 0)
        # What was worked before ended on the eve of the roster, whichever week is worked first.
        last = first - timedelta(days=1)
    for day in days:
        row = row + 1 if last is not None and day - last == timedelta(days=1) else 1
        if row > 6:
            text = Rule(f"{row} days of work in a row, one of seven is of rest", "row", n=row)
            found.append((day, "D.Lgs. 66/2003 art. 9", text))
        last = day
    return found


def _weeks(
    instance: dict[str, Any],
    person: dict[str, Any],
    contract: dict[str, Any],
    shifts: list[Shift],
) -> list[tuple[date, str, str]]:
    found: list[tuple[date, str, str]] = []
    monday = date.fromisoformat(instance["start"])
    for week in range(instance["days"] // 7):
        first = monday + timedelta(days=7 * week)
        after = first + timedelta(days=7)
        own = [shift for shift in shifts if first <= shift.day < after]
        paid, here = sum(shift.paid for shift in own), worked(person, own)
        leave = len({d for d in person.get("leave", []) if first <= date.fromisoformat(d) < after})
        if paid > 48 * 60:
            told = f"{paid / 60:g}"
            text = Rule(f"{told} hours in a week, 48 are the most", "week", n=told)
            found.append((first, "D.Lgs. 66/2003 art. 4", text))
        if contract.get("shifts_per_week") is not None:
            due = max(0, contract["shifts_per_week"] - leave)
            if len(here) != due:
                text = Rule(
                    f"{len(here)} shifts in a week, {due} are due", "shifts", n=len(here), due=due
                )
                found.append((first, "contract", text))
        else:
            low, high = contract["weekly_minutes"]
            share = max(0, 5 - leave) / 5
            longest = max(contract["shift_minutes"])
            if paid > high * share + 1e-9 and paid > low * share + longest:
                text = Rule(f"{paid} minutes in a week, too many", "too_many", n=paid)
                found.append((first, "contract", text))
            if paid < low * share - 1e-9:
                text = Rule(f"{paid} minutes in a week, too few", "too_few", n=paid)
                found.append((first, "contract", text))
        found += _office(person, here, first)
    return found


def _office(
    person: dict[str, Any], here: list[list[Shift]], first: date
) -> list[tuple[date, str, str]]:
    if person.get("office") is None:
        return []
    most = person["office"]["days_per_week"][1]
    count = sum(any(shift.place == "office" for shift in own) for own in here)
    if count <= most:
        return []
    text = Rule(f"{count} days in the office, {most} are agreed", "office_days", n=count, most=most)
    return [(first, "L. 81/2017 art. 19", text)]


def _add_wishes(
    person: dict[str, Any],
    contract: dict[str, Any],
    shifts: list[Shift],
    zone: ZoneInfo,
    wishes: dict[str, float],
) -> None:
    asked = set(person.get("days_off", []))
    wishes["days_off_refused"] += len(asked & {shift.day.isoformat() for shift in shifts})
    for own in worked(person, shifts):
        outside, begin = False, own[0].start
        for wish, until in (("preferred_start", begin), ("preferred_hours", own[-1].end)):
            if window := person.get(wish):
                first, last = (_wall(own[0].day, window[key], zone) for key in ("from", "to"))
                outside |= begin < first or until > last
        wishes["starts_outside_wish"] += outside
        usual = (any(_within(band, one, zone) for band in contract["bands"]) for one in own)
        wishes["elastic_shifts"] += not all(usual)
        wishes["split_days"] += len(own) > 1 and split_priced(person, contract)


def _add_cover(
    shift: Shift,
    step: int,
    covered: dict[tuple[str, datetime], int],
    seated: dict[datetime, int],
) -> None:
    at = shift.start
    for minutes, what in shift.parts:
        for _ in range(minutes // step):
            if what not in RESTS:
                covered[what, at] += 1
            if shift.place == "office":
                seated[at] += 1
            at += step * MINUTE


def _cost(
    instance: dict[str, Any],
    covered: dict[tuple[str, datetime], int],
    wishes: dict[str, float],
    zone: ZoneInfo,
) -> dict[str, float]:
    weights = {
        "missing": 10.0,
        "excess": 1.0,
        "preference": 8.0,
        "day_off": 20.0,
        "elastic": 30.0,
        "split": 15.0,
        **instance.get("weights", {}),
    }
    step = instance.get("interval_minutes", 15)
    origin = _wall(date.fromisoformat(instance["start"]), "00:00", zone)
    missing = excess = 0.0
    for queue, values in instance["demand"].items():
        for n, due in enumerate(values):
            lack = due - covered.get((queue, origin + n * step * MINUTE), 0)
            missing += max(0.0, lack)
            excess += max(0.0, -lack)
    found = {
        "missing": missing,
        "excess": excess,
        "days_off_refused": wishes["days_off_refused"],
        "starts_outside_wish": wishes["starts_outside_wish"],
        "elastic_shifts": wishes["elastic_shifts"],
    }
    if "split_days" in wishes:
        found["split_days"] = wishes["split_days"]
    total = (
        weights["missing"] * missing
        + weights["excess"] * excess
        + weights["day_off"] * found["days_off_refused"]
        + weights["preference"] * found["starts_outside_wish"]
        + weights["elastic"] * found["elastic_shifts"]
        + weights["split"] * found.get("split_days", 0.0)
    )
    return {"total": round(total, 6), **found}


def examine_text(instance: str, roster: str) -> Examined:
    """Examine two JSON documents."""
    return examine(json.loads(instance), json.loads(roster))
