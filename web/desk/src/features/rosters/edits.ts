/** Edits of a draft: shown at once, saved one after the other, taken back and done again. */
import { useCallback, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { BrokenRule, PersonDay, RosterDay, RosterShift, WantedShift } from "@/api/types";
import { explain } from "@/api/words";
import { say } from "@ui/toast";
import { keys } from "./api";
import { asWanted, did, nothingDone, redo, undo, type Edit, type Past } from "./model";

export interface Edits {
  change: (who: string, day: string, after: WantedShift[]) => void;
  undo: () => Edit | null;
  redo: () => Edit | null;
  canUndo: boolean;
  canRedo: boolean;
  /** What the last saved edit breaks, for who hears the board instead of seeing it. */
  last: PersonDay | null;
}

export function useEdits(roster: string): Edits {
  const queries = useQueryClient();
  const [past, setPast] = useState<Past>(nothingDone);
  const [last, setLast] = useState<PersonDay | null>(null);
  const now = useRef<Past>(nothingDone);
  const line = useRef<Promise<void>>(Promise.resolve());
  const keep = useCallback((next: Past) => {
    now.current = next;
    setPast(next);
  }, []);

  const save = useCallback(
    (who: string, day: string, shifts: WantedShift[], told: (saved: PersonDay) => void) => {
      const key = keys.day(roster, day);
      queries.setQueryData<RosterDay>(key, (old) => old && shown(old, who, shifts));
      line.current = line.current.then(async () => {
        try {
          const v = Math.max(...queries.getQueriesData<RosterDay>({ queryKey: ["rosters", "day", roster] }).map(([, one]) => one?.roster.v ?? 0));
          const saved = await api.put<PersonDay>(`/workforce/rosters/${roster}/people/${who}/days/${day}`, { v, shifts });
          told(saved);
          queries.setQueriesData<RosterDay>({ queryKey: ["rosters", "day", roster] }, (old) => old && { ...old, roster: { ...old.roster, v: saved.v } });
          queries.setQueryData<RosterDay>(key, (old) => old && { ...old, shifts: [...old.shifts.filter((one) => one.operator_id !== who), ...saved.shifts] });
          queries.setQueryData<BrokenRule[]>(keys.broken(roster), (old) => [...(old ?? []).filter((one) => one.operator_id !== who), ...saved.violations]);
          setLast(saved);
        } catch (wrong) {
          say(explain(wrong));
          keep(nothingDone);
          await queries.invalidateQueries({ queryKey: ["rosters", "day", roster] });
        }
      });
    },
    [queries, roster, keep],
  );

  const change = useCallback(
    (who: string, day: string, after: WantedShift[]) => {
      const known = queries.getQueryData<RosterDay>(keys.day(roster, day));
      const edit: Edit = { who, day, after, before: (known?.shifts ?? []).filter((one) => one.operator_id === who).map(asWanted) };
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
      keep(next);
      save(edit.who, edit.day, edit[side], () => undefined);
      return edit;
    },
    [save, keep],
  );

  return {
    change,
    undo: useCallback(() => step(undo, "before"), [step]),
    redo: useCallback(() => step(redo, "after"), [step]),
    canUndo: past.done.length > 0,
    canRedo: past.undone.length > 0,
    last,
  };
}

/** The day as it will be, until the server has laid the breaks. */
function shown(day: RosterDay, who: string, shifts: WantedShift[]): RosterDay {
  const mine: RosterShift[] = shifts.map((one) => ({
    operator_id: who,
    day: day.day,
    starts_at: one.starts_at,
    ends_at: one.ends_at,
    place: one.place ?? "site",
    parts: (one.parts ?? [
      { kind: "queue", minutes: (Date.parse(one.ends_at) - Date.parse(one.starts_at)) / 60_000, queue_id: one.queue_id ?? null },
    ]) as RosterShift["parts"],
  }));
  return { ...day, shifts: [...day.shifts.filter((one) => one.operator_id !== who), ...mine] };
}
