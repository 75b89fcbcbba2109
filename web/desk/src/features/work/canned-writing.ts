/** Canned replies while writing: "/" opens the list, a pick takes the place of what was typed. */
import { useEffect, type KeyboardEvent } from "react";
import type { Canned, ConversationRow } from "@/api/types";
import { useCanned } from "@/reference";
import { useClient, useSession } from "@/session";
import type { FieldRef } from "./field";
import { offerInsert } from "./insert";
import { fill, find, slashWord, type Facts } from "./model/canned";
import { caretTo, usePicking } from "./picking";

export function useCannedWriting(
  row: ConversationRow,
  field: FieldRef,
  text: string,
  write: (text: string) => void,
) {
  const all = useCanned();
  const session = useSession();
  const client = useClient(row.client_id);
  const { found, at, look, onKey, close } = usePicking();
  const options = found ? find(all, found.word, row).slice(0, 8) : [];
  const facts: Facts = {
    customer_name: row.customer.name,
    operator_name: session.account.name,
    client_name: client?.name,
    number: row.number,
  };
  const put = (one: Canned, from: number, to: number) => {
    const words = fill(one.text, facts);
    write(text.slice(0, from) + words + text.slice(to));
    close();
    caretTo(field, from + words.length);
  };
  const pick = (one: Canned) => {
    const caret = field.current?.selectionStart ?? text.length;
    put(one, found?.from ?? caret, found ? found.from + 1 + found.word.length : caret);
  };
  useEffect(() =>
    offerInsert(row, (one) => {
      const caret = field.current?.selectionStart ?? text.length;
      put(one, caret, caret);
    }),
  );
  return {
    open: found !== null && options.length > 0,
    options,
    at,
    pick,
    close,
    onKeyDown: (event: KeyboardEvent) => onKey(event, options, pick),
    look: (next: string, caret: number) => look(slashWord(next, caret)),
    openEmpty: () => {
      const glue = text && !/\s$/.test(text) ? " " : "";
      const next = `${text}${glue}/`;
      write(next);
      look({ from: next.length - 1, word: "" });
    },
  };
}
