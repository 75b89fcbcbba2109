"""The rules of routing said a second time, as plainly as can be: the measure of the real engine.

No groups, no masks, no heaps, no caches: every question looks at everybody and everything. It is
slow and short, shares no code with the engine but its vocabulary, and must decide the same.
"""

from dataclasses import dataclass, field, replace

from ascolto.routing import engine as e

RING = 2
OVERFLOW = 3
RESERVE = 5
SECOND_CHANCE_S = 180.0
FORGOTTEN_S = 1800.0
FIRST_FOR_S = 5.0
LOOK_AGAIN_S = 60.0
CHOOSE_AGAIN_S = 300.0
ABSENT = ("away", "break", "offline")
PRIORITY_WORTH_S = 600.0
USUAL = {
    "voice": e.ChannelCost("voice", 100),
    "webchat": e.ChannelCost("webchat", 33, frozenset({"email", "task", "messaging"})),
    "messaging": e.ChannelCost("messaging", 20, frozenset({"webchat", "email", "task"})),
    "email": e.ChannelCost("email", 25, frozenset({"webchat", "task", "messaging"})),
    "task": e.ChannelCost("task", 25, frozenset({"webchat", "email", "messaging"})),
    "callback": e.ChannelCost("callback", 100),
}


Rank = tuple[float, bool, int]


@dataclass(eq=False)
class Who:
    config: e.Operator
    state: str = "offline"
    told_country: str | None = None
    idle_since: float = 0.0
    break_due_at: float | None = None
    kept_for: "What | None" = None
    let_off: bool = False

    @property
    def country(self) -> str:
        return self.told_country or self.config.country


@dataclass(eq=False)
class What:
    item: e.WorkItem
    number: int
    to_head: bool
    entered_at: float
    excluded: set[str]
    state: str = "waiting"
    ring_seen: int = 0
    operator_id: str | None = None
    expires_at: float | None = None
    holder: str | None = None
    avoided_at: float | None = None
    visited: set[str] = field(default_factory=set)
    overflow_tried: bool = False
    overflows_from: float = 0.0
    reserve_at: float | None = None
    kept_at: float = 0.0


class PlainEngine:
    def __init__(self) -> None:
        self.now = self.moment = 0.0
        self.queues: dict[str, e.QueuePolicy] = {}
        self.hours: dict[str, tuple[tuple[float, float], ...] | None] = {}
        self.costs = dict(USUAL)
        self.people: dict[str, Who] = {}
        self.work: dict[str, What] = {}
        self.number = 0
        self.out: list[e.Decision] = []
        self.let_off: list[Who] = []
        self.overflowing: list[What] = []

    def handle(self, event: e.Event) -> list[e.Decision]:
        self.now = max(self.now, event.at)
        self.out, self.moment = [], self.now
        while due := self.due():
            self.moment, turn, _, what, piece = due[0]
            self.time_is_up(what, piece)
            if self.overflowing and [t[:2] for t in self.due()[:1]] == [(self.moment, turn)]:
                continue
            entering, self.overflowing = sorted(self.overflowing, key=self.rank), []
            for piece in entering:
                self.start_waiting(piece)
            self.end_step()
        self.moment = self.now
        self.let_lapsed_skills_end_holds()
        self.end_step()
        self.forget_breaks()
        getattr(self, f"on_{type(event).__name__}")(event)
        self.end_step()
        return self.out

    def end_step(self) -> None:
        """Serve whose room is no longer held back; note what exclusive work stands first now."""
        while self.let_off:
            who = self.let_off.pop(0)
            who.let_off = False
            if who in self.people.values():
                self.serve(who)
        for piece in self.work.values():
            if self.stands_first(piece) and piece.reserve_at is None:
                piece.reserve_at = max(self.moment + FIRST_FOR_S, self.deadline(piece))

    # -- who may take what ---------------------------------------------------------------------

    def in_hand(self, who: Who) -> list[What]:
        return [w for w in self.work.values() if w.operator_id == who.config.id]

    def load(self, who: Who) -> int:
        return sum(self.costs[w.item.channel].cost for w in self.in_hand(who))

    def has_room(self, who: Who, channel: str) -> bool:
        cost, in_hand = self.costs[channel], self.in_hand(who)
        others = {w.item.channel for w in in_hand} - {channel}
        same = sum(w.item.channel == channel for w in in_hand)
        return (
            self.load(who) + cost.cost <= who.config.budget
            and same < who.config.channels.get(channel, 0)
            and others <= cost.interrupts
        )

    def rings_of(self, piece: What) -> list[tuple[e.SkillNeed, ...]]:
        rings = self.queues[piece.item.queue_id].rings[: self.ring(piece) + 1] or (e.Ring(0.0),)
        return [(*ring.needs, *piece.item.needs) for ring in rings]

    def ring(self, piece: What) -> int:
        since, rings = piece.item.enqueued_at, self.queues[piece.item.queue_id].rings
        opened = [n for n, ring in enumerate(rings) if since + ring.after_s <= self.moment]
        return max(opened, default=0)

    def meets(self, who: Who, needs: tuple[e.SkillNeed, ...]) -> bool:
        for need in needs:
            level, expires_at = who.config.skills.get(need.skill, (0, None))
            if level < need.level or (expires_at is not None and expires_at <= self.now):
                return False
        return True

    def may_serve(self, who: Who, piece: What) -> bool:
        item, config = piece.item, who.config
        eu_only = item.eu_only or self.queues[item.queue_id].eu_only
        return (
            item.client_id in config.clients
            and config.channels.get(item.channel, 0) > 0
            and (item.language is None or item.language in config.languages)
            and (not eu_only or who.country in e.EU_COUNTRIES)
            and any(self.meets(who, needs) for needs in self.rings_of(piece))
        )

    def has_place(self, who: Who, piece: What) -> bool:
        return (
            who.state == "available"
            and self.has_room(who, piece.item.channel)
            and self.may_serve(who, piece)
        )

    def fits(self, who: Who, piece: What) -> bool:
        due = who.break_due_at
        long_work_s = self.queues[piece.item.queue_id].long_work_s
        return (
            self.has_place(who, piece)
            and who.config.id not in piece.excluded
            and piece.holder in (None, who.config.id)
            and (due is None or due - self.now >= long_work_s)
            and not self.kept_from(who, piece)
        )

    def kept_from(self, who: Who, piece: What) -> bool:
        if who.let_off:
            return True
        kept = who.kept_for
        return kept is not None and kept is not piece and self.rank(kept) < self.rank(piece)

    # -- exclusive work ------------------------------------------------------------------------

    def exclusive(self, channel: str) -> bool:
        cost = self.costs[channel]
        return not cost.interrupts or cost.cost >= 50

    def like(self, piece: What) -> tuple[object, ...]:
        item, policy = piece.item, self.queues[piece.item.queue_id]
        even = item.due_at is None and item.priority in (None, policy.priority)
        asked = (item.channel, item.client_id, item.language, item.needs, item.eu_only)
        return (*asked, item.queue_id, even)

    def stands_first(self, piece: What) -> bool:
        def in_line(w: What) -> bool:
            return w.state == "waiting" and w.holder is None

        return (
            in_line(piece)
            and self.exclusive(piece.item.channel)
            and all(
                self.rank(piece) <= self.rank(w)
                for w in self.work.values()
                if in_line(w) and self.like(w) == self.like(piece)
            )
        )

    def reserve(self, piece: What) -> None:
        if not self.stands_first(piece):
            self.leave_line(piece)
            return
        policy, cost = self.queues[piece.item.queue_id], self.costs[piece.item.channel].cost
        might = [
            who
            for who in self.people.values()
            if who.state == "available"
            and self.may_serve(who, piece)
            and who.config.id not in piece.excluded
            and (who.break_due_at is None or who.break_due_at - self.now >= policy.long_work_s)
        ]
        piece.reserve_at = self.moment + LOOK_AGAIN_S
        keeps = any(who.kept_for is piece for who in might)
        if keeps and self.moment - piece.kept_at < CHOOSE_AGAIN_S:
            return
        fitting = [
            who
            for who in might
            if who.kept_for in (None, piece) and not who.let_off and cost <= who.config.budget
        ]
        fitting.sort(
            key=lambda w: (self.load(w), w.kept_for is not piece, w.idle_since, w.config.id)
        )
        self.keep(piece, fitting[0] if fitting else None)
        piece.kept_at = self.moment

    def leave_line(self, piece: What) -> None:
        piece.reserve_at = None
        self.keep(piece, None)

    def keep(self, piece: What, keeper: Who | None) -> None:
        for who in self.people.values():
            if who.kept_for is piece and who is not keeper:
                who.kept_for, who.let_off = None, True
                self.let_off.append(who)
        if keeper is not None:
            keeper.kept_for = piece

    # -- order ---------------------------------------------------------------------------------

    def deadline(self, piece: What) -> float:
        item = piece.item
        target_s = self.queues[item.queue_id].target_s
        return item.enqueued_at + target_s if item.due_at is None else item.due_at

    def rank(self, piece: What) -> Rank:
        item, policy = piece.item, self.queues[piece.item.queue_id]
        priority = policy.priority if item.priority is None else item.priority
        return (
            round((self.deadline(piece) - priority * PRIORITY_WORTH_S) * 1e6),
            not piece.to_head,
            piece.number,
        )

    def seek(self, piece: What) -> None:
        fitting = [who for who in self.people.values() if self.fits(who, piece)]
        fitting.sort(key=lambda who: (self.load(who), who.idle_since, who.config.id))
        if fitting:
            self.offer(piece, fitting[0], preferred=False)

    def serve(self, who: Who) -> None:
        while True:
            waiting = [w for w in self.work.values() if w.state == "waiting" and self.fits(who, w)]
            if not waiting:
                return
            piece = min(waiting, key=self.rank)
            self.offer(piece, who, preferred=piece.holder == who.config.id)

    def offer(self, piece: What, who: Who, *, preferred: bool) -> None:
        needs = next(n for n in self.rings_of(piece) if self.meets(who, n))
        skills = tuple((n.skill, n.level, who.config.skills[n.skill][0]) for n in needs)
        why = e.Why(
            ring=self.ring(piece),
            waited_s=self.now - piece.item.enqueued_at,
            candidates=sum(self.has_place(other, piece) for other in self.people.values()),
            idle_s=max(0.0, self.now - who.idle_since),
            load=self.load(who),
            preferred=preferred,
            skills=skills,
        )
        self.leave_line(piece)
        piece.state, piece.operator_id, piece.holder = "offered", who.config.id, None
        piece.expires_at = self.now + self.queues[piece.item.queue_id].offer_timeout_s
        self.out.append(e.Offer(piece.item.id, who.config.id, piece.expires_at, why))

    # -- time ----------------------------------------------------------------------------------

    def timers(self, piece: What) -> list[tuple[float, int]]:
        if piece.state == "offered" and piece.expires_at is not None:
            return [(piece.expires_at, 0)]
        if piece.state != "waiting":
            return []
        item, policy = piece.item, self.queues[piece.item.queue_id]
        found = []
        if piece.holder is not None and item.preferred_until is not None:
            found.append((item.preferred_until, 1))
        if piece.ring_seen + 1 < len(policy.rings):
            found.append((item.enqueued_at + policy.rings[piece.ring_seen + 1].after_s, RING))
        overflows = policy.overflow_queue_id is not None and not piece.overflow_tried
        if overflows and policy.overflow_after_s is not None:
            overflows_at = self.open_for(policy, piece.entered_at)
            if overflows_at is not None:
                found.append((max(overflows_at, piece.overflows_from), OVERFLOW))
        if piece.reserve_at is not None:
            found.append((piece.reserve_at, RESERVE))
        if piece.excluded and piece.avoided_at is not None:
            found.append((piece.avoided_at + SECOND_CHANCE_S, 4))
        return found

    def open_for(self, policy: e.QueuePolicy, since: float) -> float | None:
        """Return when a queue has been open for as long as it lets work wait."""
        hours, left = self.hours.get(policy.id), policy.overflow_after_s or 0.0
        if hours is None or left == 0:
            return since + left
        for opens, closes in hours:
            begin = max(opens, since)
            if begin + left <= closes:
                return begin + left
            left -= max(0.0, closes - begin)
        return None

    def ring_would_matter(self, piece: What, at: float) -> bool:
        """Tell whether anybody could take a piece at the moment its next ring opens."""
        now, moment = self.now, self.moment
        self.now = self.moment = at
        try:
            return any(self.fits(who, piece) for who in self.people.values())
        finally:
            self.now, self.moment = now, moment

    def due(self) -> list[tuple[float, int, Rank, int, What]]:
        """Return what is due: by moment, rings first and overflows last, then by rank."""
        every = [
            (at, {RING: 0, OVERFLOW: 2}.get(what, 1), self.rank(w), what, w)
            for w in self.work.values()
            for at, what in self.timers(w)
        ]
        return sorted((t for t in every if t[0] <= self.now), key=lambda t: t[:4])

    def time_is_up(self, what: int, piece: What) -> None:
        if what == 0:
            self.expire(piece)
        elif what == 1:
            piece.holder = None
            self.seek(piece)
        elif what == 2:
            piece.ring_seen += 1
            self.seek_unless_held(piece)
        elif what == OVERFLOW:
            self.overflow(piece)
        elif what == RESERVE:
            self.reserve(piece)
        else:
            piece.excluded, piece.avoided_at = set(piece.item.barred), None
            self.seek_unless_held(piece)

    def seek_unless_held(self, piece: What) -> None:
        if piece.holder is None:
            self.seek(piece)

    def expire(self, piece: What) -> None:
        who = self.people.get(piece.operator_id or "")
        self.out.append(e.OfferTimedOut(piece.item.id, piece.operator_id or ""))
        if who is None or who.state != "available":
            self.back_to_head(piece, missed_by=piece.operator_id)
            return
        who.state = "away"
        self.out.append(e.SetAway(who.config.id, "missed_offer"))
        self.back_to_head(piece, missed_by=piece.operator_id)
        self.let_all_go(who)

    def overflow(self, piece: What) -> None:
        piece.overflow_tried = True
        source, target = piece.item.queue_id, self.queues[piece.item.queue_id].overflow_queue_id
        if target not in self.queues or target in {None, source} | piece.visited:
            return
        assert target is not None
        self.out.append(e.Overflowed(piece.item.id, source, target))
        piece.visited.add(source)
        piece.item = replace(
            piece.item, queue_id=target, preferred_operator=None, preferred_until=None
        )
        self.leave_line(piece)
        piece.holder, piece.entered_at, piece.state = None, self.now, "entering"
        self.overflowing.append(piece)

    def let_lapsed_skills_end_holds(self) -> None:
        for who in sorted(self.people.values(), key=lambda who: who.config.id):
            self.end_vain_holds(who)

    def end_vain_holds(self, who: Who) -> None:
        held = [w for w in self.work.values() if w.holder == who.config.id]
        for piece in sorted(held, key=self.rank):
            if not self.may_serve(who, piece):
                piece.holder = None
                self.seek(piece)

    # -- work ----------------------------------------------------------------------------------

    def new(self, item: e.WorkItem) -> What:
        self.number += 1
        piece = What(
            item, self.number, item.to_head, item.enqueued_at, set(item.excluded | item.barred)
        )
        piece.avoided_at = self.now if item.excluded else None
        policy = self.queues[item.queue_id]
        if policy.overflow_after_s is not None:
            overflows_at = self.open_for(policy, item.enqueued_at)
            if overflows_at is not None and overflows_at <= self.now:
                piece.entered_at = self.now
        self.work[item.id] = piece
        return piece

    def start_waiting(self, piece: What) -> None:
        item = piece.item
        piece.state, piece.operator_id, piece.overflow_tried = "waiting", None, False
        piece.ring_seen, piece.overflows_from = self.ring(piece), self.moment
        who, until = self.people.get(item.preferred_operator or ""), item.preferred_until
        if (
            who is not None
            and who.state not in ABSENT
            and who.config.id not in piece.excluded
            and (until is None or until > self.now)
            and self.may_serve(who, piece)
        ):
            if self.fits(who, piece):
                return self.offer(piece, who, preferred=True)
            if until is not None:
                piece.holder = who.config.id
                return None
        return self.seek(piece)

    def back_to_head(self, piece: What, *, missed_by: str | None) -> None:
        if missed_by is not None:
            piece.excluded.add(missed_by)
            piece.avoided_at = self.now
            if missed_by in self.people:
                self.people[missed_by].idle_since = self.now
        piece.to_head = True
        self.start_waiting(piece)

    def on_ItemEnqueued(self, event: e.ItemEnqueued) -> None:  # noqa: N802 - named by its event
        if event.item.id not in self.work:
            self.start_waiting(self.new(event.item))

    def on_ItemRestored(self, event: e.ItemRestored) -> None:  # noqa: N802 - as above
        if event.item.id in self.work:
            return
        piece = self.new(event.item)
        if event.operator_id not in self.people:
            self.start_waiting(piece)
            return
        piece.state, piece.operator_id = event.state, event.operator_id
        piece.expires_at = event.offer_expires_at

    def end(self, item_id: str) -> None:
        piece = self.work.pop(item_id, None)
        if piece is not None:
            self.leave_line(piece)
        who = None if piece is None else self.people.get(piece.operator_id or "")
        if piece is not None and who is not None:
            if piece.state != "offered":
                who.idle_since = self.now
            self.serve(who)

    def on_ItemCancelled(self, event: e.ItemCancelled) -> None:  # noqa: N802 - as above
        self.end(event.item_id)

    def on_ClaimRejected(self, event: e.ClaimRejected) -> None:  # noqa: N802 - as above
        self.end(event.item_id)

    def on_WorkEnded(self, event: e.WorkEnded) -> None:  # noqa: N802 - as above
        self.end(event.item_id)

    def on_OfferAccepted(self, event: e.OfferAccepted) -> None:  # noqa: N802 - as above
        piece = self.work.get(event.item_id)
        if piece is not None and (piece.state, piece.operator_id) == ("offered", event.operator_id):
            piece.state = "active"

    def on_OfferDeclined(self, event: e.OfferDeclined) -> None:  # noqa: N802 - as above
        piece = self.work.get(event.item_id)
        if piece is not None and (piece.state, piece.operator_id) == ("offered", event.operator_id):
            self.back_to_head(piece, missed_by=event.operator_id)
            if event.operator_id in self.people:
                self.serve(self.people[event.operator_id])

    def on_WrapUpStarted(self, event: e.WrapUpStarted) -> None:  # noqa: N802 - as above
        piece = self.work.get(event.item_id)
        if piece is not None and piece.state == "active":
            piece.state = "wrapup"

    # -- people and rules ----------------------------------------------------------------------

    def on_PresenceChanged(self, event: e.PresenceChanged) -> None:  # noqa: N802 - as above
        who = self.people.get(event.operator_id)
        if who is None:
            return
        who.told_country = event.country
        self.end_vain_holds(who)
        if event.state in ABSENT:
            self.leave(who, event.state)
            return
        if event.state == "available" and who.state != "available":
            who.idle_since = event.at
            if who.state != "busy":
                for piece in self.work.values():
                    piece.excluded -= {who.config.id} - piece.item.barred
        who.state = event.state
        self.serve(who)

    def leave(self, who: Who, state: str) -> None:
        who.state = state
        for piece in sorted(self.in_hand(who), key=self.rank):
            if piece.state == "offered":
                self.out.append(e.OfferTimedOut(piece.item.id, who.config.id, missed=False))
                self.back_to_head(piece, missed_by=None)
        self.let_all_go(who)

    def let_all_go(self, who: Who) -> None:
        held = [w for w in self.work.values() if w.holder == who.config.id]
        for piece in sorted(held, key=self.rank):
            piece.holder = None
            self.seek(piece)

    def forget_breaks(self) -> None:
        for who in sorted(self.people.values(), key=lambda who: who.config.id):
            due = who.break_due_at
            if due is not None and due + FORGOTTEN_S <= self.now:
                who.break_due_at = None
                self.serve(who)

    def on_BreakDue(self, event: e.BreakDue) -> None:  # noqa: N802 - as above
        who = self.people.get(event.operator_id)
        if who is not None:
            due = event.due_at
            who.break_due_at = None if due is None or due + FORGOTTEN_S <= self.now else due
            self.serve(who)

    def on_OperatorConfigured(self, event: e.OperatorConfigured) -> None:  # noqa: N802 - as above
        config = event.operator
        who = self.people.get(config.id)
        if who is None:
            who = Who(config, idle_since=event.at)
            self.people[config.id] = who
        who.config = config
        self.end_vain_holds(who)
        self.serve(who)

    def on_OperatorRemoved(self, event: e.OperatorRemoved) -> None:  # noqa: N802 - as above
        who = self.people.get(event.operator_id)
        if who is not None:
            self.leave(who, "offline")
            del self.people[event.operator_id]

    def on_QueueConfigured(self, event: e.QueueConfigured) -> None:  # noqa: N802 - as above
        self.open(event.policy.id, event.openings)
        if self.queues.get(event.policy.id) == event.policy:
            return
        self.queues[event.policy.id] = event.policy
        waiting = [
            w
            for w in self.work.values()
            if w.state == "waiting" and w.item.queue_id == event.policy.id
        ]
        for piece in waiting:
            piece.holder, piece.state = None, "entering"
            self.leave_line(piece)
        for piece in sorted(waiting, key=self.rank):
            self.start_waiting(piece)

    def open(self, queue_id: str, openings: e.Openings | None) -> None:
        if self.hours.get(queue_id) != openings:
            self.hours[queue_id] = openings
            for piece in self.work.values():
                if piece.item.queue_id == queue_id:
                    piece.overflow_tried, piece.overflows_from = False, self.moment

    def on_ChannelConfigured(self, event: e.ChannelConfigured) -> None:  # noqa: N802 - as above
        self.costs[event.cost.channel] = event.cost
        everybody = self.people.values()
        for who in sorted(everybody, key=lambda w: (self.load(w), w.idle_since, w.config.id)):
            self.serve(who)

    def on_Tick(self, event: e.Tick) -> None:  # noqa: N802 - as above
        """Time alone has passed."""
