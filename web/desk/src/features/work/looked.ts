/** Who else has the conversations of a list open: asked for the rows in sight, now and again. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "@/api/client";
import type { LookedAt } from "@/api/types";

const AGAIN_MS = 15_000;

/** The names of those who look at each conversation; of those that nobody looks at, none. */
export function useLookedAt(ids: readonly string[]): (id: string) => string {
  const inSight = useRef(ids);
  useEffect(() => {
    inSight.current = ids;
  }, [ids]);
  const { data } = useQuery({
    queryKey: ["live", "viewers"],
    queryFn: () => api.get<LookedAt[]>(`/conversations/viewers?${inSight.current.map((id) => `id=${id}`).join("&")}`),
    enabled: ids.length > 0,
    refetchInterval: AGAIN_MS,
  });
  return (id) => (data?.find((one) => one.conversation_id === id)?.viewers ?? []).map(({ name }) => name).join(", ");
}

/** The first letters of the first and last word of each name: GF, or GF MR. */
export function initials(names: string): string {
  const of = (name: string) => {
    const words = name.split(/\s+/).filter(Boolean);
    return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase();
  };
  return names.split(", ").map(of).join(" ");
}
