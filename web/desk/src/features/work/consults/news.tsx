import { useEffect, useEffectEvent, useRef, useState } from "react";
import { sideOf } from "@/consults";
import { useT } from "@/i18n";
import { useLive } from "@/live/react";
import { useSession } from "@/session";

// What is older was there before: after a night away nobody is told of everything at once.
const FRESH_MS = 60_000;

/** Reads out to who asked that an answer has come, and to who is named that a question has; for the eye the counts go up. */
export function ConsultNews() {
  const t = useT();
  const { store, engine } = useLive();
  const me = useSession().operator_id;
  const [words, setWords] = useState("");
  const told = useRef(new Map<string, number>());
  const hear = useEffectEvent((keys: ReadonlySet<string>) => {
    for (const id of keys) {
      const one = store.get("consults", id);
      if (!one || (told.current.get(id) ?? 0) >= one.last_seq) continue;
      told.current.set(id, one.last_seq);
      const side = sideOf(one, me);
      // Nobody is told of what they said themselves, nor of what they have just taken from a queue.
      if (side === null || side === one.last_side) continue;
      if (side === "answering" && one.queue_id !== null) continue;
      if (engine.serverNow() - Date.parse(one.last_at) > FRESH_MS) continue;
      setWords(
        side === "asking"
          ? t("consult.came", { name: one.operator_name, subject: one.subject })
          : t("consult.asked", { name: one.asked_by_name, subject: one.subject }),
      );
    }
  });
  useEffect(() => store.onTable("consults", (keys) => hear(keys)), [store]);
  return (
    <div role="status" className="hidden-visually">
      {words}
    </div>
  );
}
