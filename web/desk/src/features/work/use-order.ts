import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { ConversationRow } from "@/api/types";
import { useLive } from "@/live/react";
import { ListOrder } from "./model/order";
import { comparer, inView, type ListFilter } from "./model/rows";

/** The ordered list of one filter over the live conversations. */
export function useOrder(filter: ListFilter): ListOrder<ConversationRow> {
  const { store } = useLive();
  const { operatorId, view, sort, client, q } = filter;
  const order = useMemo(() => {
    const wanted: ListFilter = { operatorId, view, sort, client, q };
    const made = new ListOrder<ConversationRow>((row) => inView(row, wanted), comparer(sort));
    made.reset(store.rows("conversations").values());
    return made;
  }, [store, operatorId, view, sort, client, q]);
  useEffect(() => {
    order.reset(store.rows("conversations").values());
    return store.onTable("conversations", (keys) => {
      if (keys.size > 200) order.reset(store.rows("conversations").values());
      else for (const key of keys) order.update(key, store.get("conversations", key));
    });
  }, [order, store]);
  useSyncExternalStore(order.subscribe, () => order.version);
  return order;
}
