/** Naming colleagues in a note: "@" opens the list of those who serve the client. */
import type { KeyboardEvent } from "react";
import type { ConversationRow, OperatorRef } from "@/api/types";
import { useColleagues } from "@/reference";
import type { FieldRef } from "./field";
import type { DraftKind } from "./model/drafts";
import { atWord, put } from "./model/mentions";
import { useDesk } from "./outbox-react";
import { caretTo, usePicking } from "./picking";

const SHOWN = 6;

export function useMentionWriting(
  row: ConversationRow,
  kind: DraftKind,
  field: FieldRef,
  text: string,
  write: (text: string) => void,
) {
  const { drafts } = useDesk();
  const { found, at, look, onKey, close } = usePicking();
  const colleagues = useColleagues(found?.word ?? "", row.client_id, found !== null);
  const options = found ? colleagues.slice(0, SHOWN) : [];
  const pick = (who: OperatorRef) => {
    if (!found) return;
    const next = put(text, found.from, found.from + 1 + found.word.length, who.display_name);
    write(next.text);
    drafts.name(row.id, kind, { id: who.id, name: who.display_name });
    close();
    caretTo(field, next.caret);
  };
  return {
    open: options.length > 0,
    options,
    at,
    pick,
    close,
    onKeyDown: (event: KeyboardEvent) => onKey(event, options, pick),
    look: (next: string, caret: number) => look(kind === "note" ? atWord(next, caret) : null),
  };
}
