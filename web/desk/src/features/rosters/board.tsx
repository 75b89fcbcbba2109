import { useEffect, useId, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { RosterDay, RosterShift } from "@/api/types";
import { useT } from "@/i18n";
import { clock } from "@/i18n/format";
import { useWindow } from "@/windowing";
import type { Edits } from "./edits";
import { placeName } from "./labels";
import { asWanted, changing, moved, place, spanOf, STEP_MS, stretched, stretches, usualShift, type Window } from "./model";

const ROW = 34;
const EDGE_PX = 10;
/** Of the board's width, in percent: on less the hours do not fit as a clock shows them. */
const NARROW = 17;

export interface Person {
  id: string;
  name: string;
}

interface BoardProps {
  day: RosterDay;
  people: readonly Person[];
  shifts: ReadonlyMap<string, readonly RosterShift[]>;
  broken: ReadonlySet<string>;
  window: Window;
  selected: string | undefined;
  onSelect: (who: string) => void;
  edits: Edits | null;
}

/** People down, hours across; only the rows in sight are in the page. */
export function Board({ day, people, shifts, broken, window, selected, onSelect, edits }: BoardProps) {
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const { first, end, onScroll, bring } = useWindow(scroller, ROW, people.length, () => 0);
  const at = people.findIndex((one) => one.id === selected);
  useEffect(() => {
    if (at >= 0) bring(at);
  }, [at, bring]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const go = (to: number) => people[to] && onSelect(people[to].id);
    if (step) go(Math.min(Math.max(at + step, 0), people.length - 1));
    else if (event.key === "Home" && !event.ctrlKey) go(0);
    else if (event.key === "End" && !event.ctrlKey) go(people.length - 1);
    else if (!edits || !edited(event, edits, day, selected, shifts)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={scroller}
      className="roster-rows"
      role="listbox"
      aria-label={t("roster.board")}
      aria-describedby={edits ? "roster-keys" : undefined}
      aria-activedescendant={at >= 0 ? `${base}-${selected!}` : undefined}
      tabIndex={0}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className="roster-space" style={{ blockSize: people.length * ROW }}>
        {people.slice(first, end).map((person, offset) => {
          const index = first + offset;
          const own = shifts.get(person.id) ?? [];
          return (
            <div
              key={person.id}
              id={`${base}-${person.id}`}
              role="option"
              aria-selected={person.id === selected}
              aria-posinset={index + 1}
              aria-setsize={people.length}
              className={broken.has(person.id) ? "roster-row roster-row-broken" : "roster-row"}
              style={{ transform: `translateY(${index * ROW}px)`, blockSize: ROW }}
              onClick={() => onSelect(person.id)}
              onKeyDown={onKeyDown}
              tabIndex={-1}
            >
              <span className="roster-names clip">{person.name}</span>{" "}
              {broken.has(person.id) && <span className="hidden-visually">{t("roster.is_broken")}</span>}
              {own.length === 0 && <span className="hidden-visually">{t("roster.off")}</span>}
              <div className="roster-track">
                {own.map((shift, n) => (
                  <Bar
                    key={shift.starts_at}
                    shift={shift}
                    window={window}
                    onMove={edits ? (steps) => edits.change(person.id, day.day, changing((one) => moved(one, steps), n)) : undefined}
                    onStretch={edits ? (steps) => edits.change(person.id, day.day, changing((one) => stretched(one, steps), n)) : undefined}
                  />
                ))}
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** What a key does to the chosen person's day; false when it is none of ours. */
function edited(
  event: KeyboardEvent,
  edits: Edits,
  day: RosterDay,
  who: string | undefined,
  shifts: ReadonlyMap<string, readonly RosterShift[]>,
): boolean {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
    if (key === "y" || event.shiftKey) edits.redo();
    else edits.undo();
    return true;
  }
  if (who === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
  const works = (shifts.get(who) ?? []).length > 0;
  const steps = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (steps && !works) return true;
  if (steps) edits.change(who, day.day, changing((one) => (event.shiftKey ? stretched(one, steps) : moved(one, steps))));
  else if (event.key === "Delete" && works) edits.change(who, day.day, () => []);
  else if (event.key === "Insert" && !works) edits.change(who, day.day, (own) => (own.length > 0 ? own.map(asWanted) : [usualShift(day)]));
  else return false;
  return true;
}

/** A time as short as one says it: 7 for 07:00, 8:30 for 08:30. */
const brief = (time: string) => time.replace(/:00$/, "").replace(/^0(?=\d)/, "");

interface BarProps {
  shift: RosterShift;
  window: Window;
  onMove: ((steps: number) => void) | undefined;
  onStretch: ((steps: number) => void) | undefined;
}

/** One shift: dragged it moves, at its end it grows; the pauses are the gaps in it. */
function Bar({ shift, window, onMove, onStretch }: BarProps) {
  const [drag, setDrag] = useState<{ x: number; end: boolean; steps: number }>();
  const { from, to } = spanOf(shift);
  const shiftBy = drag && !drag.end ? drag.steps * STEP_MS : 0;
  const growBy = drag?.end ? drag.steps * STEP_MS : 0;
  const left = place(from + shiftBy, window);
  const wide = place(to + shiftBy + growBy, window) - left;
  const [starts, ends] = [from + shiftBy, to + shiftBy + growBy].map((at) => clock(new Date(at).toISOString())) as [string, string];
  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (!onMove || event.button !== 0) return;
    const end = event.currentTarget.getBoundingClientRect().right - event.clientX < EDGE_PX;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ x: event.clientX, end, steps: 0 });
  };
  const go = (event: PointerEvent<HTMLDivElement>) => {
    if (!drag) return;
    const width = event.currentTarget.parentElement?.clientWidth ?? 1;
    const ms = ((event.clientX - drag.x) / width) * (window.to - window.from);
    setDrag({ ...drag, steps: Math.round(ms / STEP_MS) });
  };
  const drop = () => {
    setDrag(undefined);
    if (drag && drag.steps !== 0) (drag.end ? onStretch : onMove)?.(drag.steps);
  };
  return (
    <div
      title={`${starts}–${ends}, ${placeName(shift.place)}`}
      className={shift.place === "home" ? "roster-bar roster-bar-home" : "roster-bar"}
      style={{ insetInlineStart: `${left}%`, inlineSize: `${wide}%` }}
      onPointerDown={begin}
      onPointerMove={go}
      onPointerUp={drop}
      onPointerCancel={() => setDrag(undefined)}
      data-drag={drag ? true : undefined}
      data-fixed={onMove ? undefined : true}
    >
      {stretches(shift)
        .filter((part) => part.kind !== "queue")
        .map((part) => (
          <i
            key={part.from}
            className={`roster-part roster-${part.kind}`}
            style={{
              insetInlineStart: `${((part.from - from) / (to - from)) * 100}%`,
              inlineSize: `${((part.to - part.from) / (to - from)) * 100}%`,
            }}
          />
        ))}
      <b className="roster-time num" aria-hidden="true">
        {wide < NARROW ? `${brief(starts)}–${brief(ends)}` : `${starts}–${ends}`}
      </b>
      <span className="hidden-visually">{`${starts}–${ends} ${placeName(shift.place)}`}</span>
    </div>
  );
}
