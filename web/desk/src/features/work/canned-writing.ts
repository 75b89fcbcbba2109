/** Canned replies while writing: "/" opens the list, a pick takes the place of what was typed. */
import { useEffect, useState, type KeyboardEvent, type RefObject } from "react";
import type { Canned, ConversationRow } from "@/api/types";
import { useCanned } from "@/reference";
import { useClient, useSession } from "@/session";
import { offerInsert } from "./insert";
import { fill, find, slashWord, type Facts } from "./model/canned";

export function useCannedWriting(
  row: ConversationRow,
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  write: (text: string) => void,
) {
  const all = useCanned();
  const session = useSession();
  const client = useClient(row.client_id);
  const [found, setFound] = useState<{ from: number; word: string } | null>(null);
  const [at, setAt] = useState(0);
  const options = found ? find(all, found.word, row.client_id).slice(0, 8) : [];
  const facts: Facts = {
    customer_name: row.customer.name,
    operator_name: session.account.name,
    client_name: client?.name,
    number: row.number,
  };
  const put = (one: Canned, from: number, to: number) => {
    const words = fill(one.text, facts);
    write(text.slice(0, from) + words + text.slice(to));
    setFound(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from + words.length, from + words.length);
    });
  };
  const pick = (one: Canned) => {
    const caret = field.current?.selectionStart ?? text.length;
    put(one, found?.from ?? caret, found ? found.from + 1 + found.word.length : caret);
  };
  useEffect(() =>
    offerInsert((one) => {
      const caret = field.current?.selectionStart ?? text.length;
      put(one, caret, caret);
    }),
  );
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
    open: found !== null && options.length > 0,
    options,
    at,
    pick,
    onKeyDown,
    close: () => setFound(null),
    look: (next: string, caret: number) => {
      setFound(slashWord(next, caret));
      setAt(0);
    },
    openEmpty: () => {
      const glue = text && !/\s$/.test(text) ? " " : "";
      const next = `${text}${glue}/`;
      write(next);
      setFound({ from: next.length - 1, word: "" });
      setAt(0);
    },
  };
}
