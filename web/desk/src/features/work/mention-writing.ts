/** Naming colleagues in a note: "@" opens the list of those who serve the client. */
import { useState, type KeyboardEvent, type RefObject } from "react";
import type { ConversationRow, OperatorRef } from "@/api/types";
import { useColleagues } from "@/reference";
import type { DraftKind } from "./model/drafts";
import { atWord, put } from "./model/mentions";
import { useDesk } from "./outbox-react";

const SHOWN = 6;

export function useMentionWriting(
  row: ConversationRow,
  kind: DraftKind,
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  write: (text: string) => void,
) {
  const { drafts } = useDesk();
  const [found, setFound] = useState<{ from: number; word: string } | null>(null);
  const [at, setAt] = useState(0);
  const colleagues = useColleagues(found?.word ?? "", row.client_id, found !== null);
  const options = found ? colleagues.slice(0, SHOWN) : [];
  const pick = (who: OperatorRef) => {
    if (!found) return;
    const next = put(text, found.from, found.from + 1 + found.word.length, who.display_name);
    write(next.text);
    drafts.name(row.id, kind, { id: who.id, name: who.display_name });
    setFound(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!found || options.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + options.length) % options.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey) pick(options[at] ?? options[0]!);
    else if (event.key === "Escape") setFound(null);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    open: options.length > 0,
    options,
    at,
    pick,
    onKeyDown,
    close: () => setFound(null),
    look: (next: string, caret: number) => {
      setFound(kind === "note" ? atWord(next, caret) : null);
      setAt(0);
    },
  };
}
