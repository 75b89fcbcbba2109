/** Consults that are closed leave the store: how they ended, the server says. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLive } from "@/live/react";

/** Asks for a list of consults anew whenever one is closed: that of a conversation, or of what is over. */
export function useClosing(list: string): void {
  const { store } = useLive();
  const queries = useQueryClient();
  useEffect(
    () =>
      store.onTable("consults", (keys) => {
        if ([...keys].some((key) => !store.get("consults", key))) {
          void queries.invalidateQueries({ queryKey: ["live", "consults", list] });
        }
      }),
    [store, queries, list],
  );
}
