/** Edits of a draft: shown at once, saved one after the other, taken back and done again. */
import { useCallback, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { BrokenRule, PersonDay, RosterDay, RosterShift, WantedShift } from "@/api/types";
import { explain } from "@/api/words";
import { t } from "@/i18n";
import { say } from "@ui/toast";
import { keys } from "./api";
import { saving } from "./saving";
import { asShown, asWanted, did, forgotten, nothingDone, redo, stillSo, undo, type Edit, type Make, type Past } from "./model";

export interface Edits {
  change: (who: string, day: string, make: Make) => void;
  undo: () => Edit | null;
  redo: () => Edit | null;
  canUndo: boolean;
  canRedo: boolean;
  /** The version of the draft once all that was changed is saved; rejects when something of it could not be. */
  saved: () => Promise<number>;
  /** What the last saved edit breaks, for who hears the board instead of seeing it. */
  last: PersonDay | null;
}

export function useEdits(roster: string): Edits {
  const queries = useQueryClient();
  const [past, setPast] = useState<Past>(nothingDone);
  const [last, setLast] = useState<PersonDay | null>(null);
  const now = useRef<Past>(nothingDone);
  const [line] = useState(saving);
  /** The latest edit of each person's day: what the server says of earlier ones is shown no more. */
  const latest = useRef(new Map<string, object>());
  const keep = useCallback((next: Past) => {
    now.current = next;
    setPast(next);
  }, []);

  const version = useCallback(
    () => Math.max(0, ...queries.getQueriesData<RosterDay>({ queryKey: ["rosters", "day", roster] }).map(([, one]) => one?.roster.v ?? 0)),
    [queries, roster],
  );

  /** Moves the days that stood where a save began on with it; of the others somebody else changed something: read them again. */
  const stamp = useCallback(
    (from: number, to: number) => {
      for (const [key, one] of queries.getQueriesData<RosterDay>({ queryKey: ["rosters", "day", roster] })) {
        if (one?.roster.v === from) queries.setQueryData<RosterDay>(key, { ...one, roster: { ...one.roster, v: to } });
        else if (one && one.roster.v !== to) void queries.invalidateQueries({ queryKey: key, exact: true });
      }
    },
    [queries, roster],
  );

  const save = useCallback(
    (who: string, day: string, shifts: WantedShift[], told: (saved: PersonDay) => void) => {
      const key = keys.day(roster, day);
      const mine = {};
      latest.current.set(`${who}/${day}`, mine);
      // What is changed is what is seen: at the version that this day was read at.
      const made = queries.getQueryData<RosterDay>(key)?.roster.v ?? version();
      const isLatest = () => latest.current.get(`${who}/${day}`) === mine;
      queries.setQueryData<RosterDay>(key, (old) => old && shown(old, who, shifts.map((one) => asShown(one, who, day))));
      const send = async (v: number) => {
        const saved = await api.put<PersonDay>(`/workforce/rosters/${roster}/people/${who}/days/${day}`, { v, shifts });
        told(saved);
        stamp(v, saved.v);
        if (isLatest()) queries.setQueryData<RosterDay>(key, (old) => old && shown(old, who, saved.shifts));
        queries.setQueryData<BrokenRule[]>(keys.broken(roster), (old) => [...(old ?? []).filter((one) => one.operator_id !== who), ...saved.violations]);
        setLast(saved);
        return saved.v;
      };
      line.add(made, send, async (wrong) => {
        say(explain(wrong));
        keep(nothingDone);
        latest.current.clear();
        await queries.invalidateQueries({ queryKey: ["rosters", "day", roster] });
      });
    },
    [queries, roster, keep, line, stamp, version],
  );

  const change = useCallback(
    (who: string, day: string, make: Make) => {
      // What is there now, and not what was last drawn: keys come faster than pictures.
      const own = (queries.getQueryData<RosterDay>(keys.day(roster, day))?.shifts ?? []).filter((one) => one.operator_id === who);
      const after = make(own);
      const edit: Edit = { who, day, after, before: own.map(asWanted) };
      keep(did(now.current, edit));
      // Done again, it is what the server made of it: breaks are laid once.
      save(who, day, after, (saved) => {
        edit.after = saved.shifts.map(asWanted);
      });
    },
    [queries, roster, save, keep],
  );

  const step = useCallback(
    (which: typeof undo, side: "before" | "after") => {
      const found = which(now.current);
      if (!found) return null;
      const [edit, next] = found;
      const own = queries.getQueryData<RosterDay>(keys.day(roster, edit.day))?.shifts.filter((one) => one.operator_id === edit.who);
      if (own && !stillSo(own.map(asWanted), edit[side === "before" ? "after" : "before"])) {
        // The board shows the newer state already: whoever made it is not overruled by a key.
        say(t("roster.changed_since"));
        keep(forgotten(now.current, edit.who, edit.day));
        return null;
      }
      keep(next);
      save(edit.who, edit.day, edit[side], () => undefined);
      return edit;
    },
    [queries, roster, save, keep],
  );

  return {
    change,
    undo: useCallback(() => step(undo, "before"), [step]),
    redo: useCallback(() => step(redo, "after"), [step]),
    saved: useCallback(() => line.settled().then(version), [line, version]),
    canUndo: past.done.length > 0,
    canRedo: past.undone.length > 0,
    last,
  };
}

function shown(day: RosterDay, who: string, shifts: readonly RosterShift[]): RosterDay {
  // As the server will tell them: a part that is moved past the other is the second from now on.
  const ordered = [...shifts].sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
  return { ...day, shifts: [...day.shifts.filter((one) => one.operator_id !== who), ...ordered] };
}
