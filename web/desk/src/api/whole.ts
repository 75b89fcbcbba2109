import { api, type RequestOptions } from "./client";
import type { Page } from "./types";

const LONGEST_PAGE = 200;

/** Every page of a list, for what is chosen from or shown as a whole. */
export async function whole<T>(path: string, { query, signal }: Pick<RequestOptions, "query" | "signal"> = {}): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<T> = await api.get(path, { query: { limit: LONGEST_PAGE, ...query, cursor }, ...(signal ? { signal } : {}) });
    all.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}
