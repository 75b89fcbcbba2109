/** How a form's request leaves: now with its reason, or kept for a moment that is to come. */
import { api } from "@/api/client";
import type { Publication } from "@/api/types";

export type Via = Pick<typeof api, "post" | "put" | "patch" | "delete">;

/** Now, with the reason that its version will carry; a header is ASCII, so it is encoded. */
export function now(why: string): Via {
  const told = why.trim() ? { headers: { "Ascolto-Why": encodeURIComponent(why.trim()) } } : {};
  return {
    post: (path, body, options) => api.post(path, body, { ...options, ...told }),
    put: (path, body, options) => api.put(path, body, { ...options, ...told }),
    patch: (path, body, options) => api.patch(path, body, { ...options, ...told }),
    delete: (path, options) => api.delete(path, { ...options, ...told }),
  };
}

interface Wish {
  method: string;
  path: string;
  body: unknown;
}

/** Later: what would be asked is collected, and then asked to be made together at a moment. */
export function later(): { via: Via; publish: (dueAt: Date, why: string) => Promise<Publication> } {
  const wishes: Wish[] = [];
  const keep = (method: string) => (path: string, body?: unknown) => {
    wishes.push({ method, path, body: body ?? null });
    return Promise.resolve({}) as Promise<never>;
  };
  return {
    via: { post: keep("POST"), put: keep("PUT"), patch: keep("PATCH"), delete: (path) => keep("DELETE")(path) },
    publish: (dueAt, why) => api.post<Publication>("/configuration/publications", { due_at: dueAt.toISOString(), why: why.trim(), requests: wishes }),
  };
}

const kinds: Record<string, string> = {
  clients: "client",
  calendars: "calendar",
  queues: "queue",
  channels: "channel",
  operators: "operator",
  skills: "skill",
  teams: "team",
  canned: "canned",
  reasons: "reason",
};

/** What kind of thing the ledger calls what lies under a path; nothing when it keeps none. */
export const kindAt = (path: string): string | undefined => kinds[path.slice(1)];

/** Where a kind of thing has its page in administration. */
export const sectionOf: Record<string, string> = {
  client: "clients",
  calendar: "hours",
  queue: "queues",
  channel: "channels",
  operator: "people",
  skill: "skills",
  team: "teams",
  canned: "canned",
  reason: "reasons",
};
