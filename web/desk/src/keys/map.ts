/** The keyboard map: which keys mean which action, matched by what is printed, not by position. */
import { msg } from "@/i18n";
import { settings } from "@/settings";

export interface Action {
  id: string;
  label: string;
  /** Alternatives; a chord is two keys with a space between. None: it is found in the palette, and a key can be given to it. */
  keys: readonly string[];
  group: string;
  /** Works while typing too. */
  always?: boolean;
}

const go = msg("keys.group.go");
const list = msg("keys.group.list");
const talk = msg("keys.group.talk");
const other = msg("keys.group.other");

export const actions: readonly Action[] = [
  { id: "next", label: msg("keys.next"), keys: ["j"], group: list },
  { id: "previous", label: msg("keys.previous"), keys: ["k"], group: list },
  { id: "open", label: msg("keys.open"), keys: ["Enter"], group: list },
  { id: "back", label: msg("keys.back"), keys: ["u"], group: list },
  { id: "views", label: msg("keys.views"), keys: ["v"], group: list },
  { id: "accept", label: msg("keys.accept"), keys: ["a"], group: list },
  { id: "reply", label: msg("keys.reply"), keys: ["r"], group: talk },
  { id: "note", label: msg("keys.note"), keys: ["n"], group: talk },
  { id: "canned", label: msg("keys.canned"), keys: ["/"], group: talk },
  { id: "transfer", label: msg("keys.transfer"), keys: ["t"], group: talk },
  { id: "consult", label: msg("keys.consult"), keys: ["c"], group: talk },
  { id: "call_back", label: msg("keys.call_back"), keys: ["b"], group: talk },
  { id: "wake", label: msg("keys.wake"), keys: ["w"], group: talk },
  { id: "snooze", label: msg("keys.snooze"), keys: ["h"], group: talk },
  { id: "requeue", label: msg("requeue.title"), keys: [], group: talk },
  { id: "merge", label: msg("merge.title"), keys: [], group: talk },
  { id: "resolve", label: msg("keys.resolve"), keys: ["e"], group: talk },
  { id: "unread", label: msg("keys.unread"), keys: ["m"], group: talk },
  { id: "tag", label: msg("keys.tag"), keys: ["l"], group: talk },
  { id: "undo", label: msg("keys.undo"), keys: ["z"], group: talk },
  { id: "send", label: msg("keys.send"), keys: ["Ctrl+Enter"], group: talk, always: true },
  {
    id: "send_resolve",
    label: msg("keys.send_resolve"),
    keys: ["Ctrl+Shift+Enter"],
    group: talk,
    always: true,
  },
  { id: "go_work", label: msg("keys.go_work"), keys: ["g l"], group: go },
  { id: "go_floor", label: msg("keys.go_floor"), keys: ["g s"], group: go },
  { id: "go_conversations", label: msg("keys.go_conversations"), keys: ["g c"], group: go },
  { id: "go_mentions", label: msg("keys.go_mentions"), keys: ["g m"], group: go },
  { id: "go_consults", label: msg("keys.go_consults"), keys: ["g d"], group: go },
  { id: "go_ready", label: msg("keys.go_ready"), keys: ["g p"], group: go },
  { id: "go_settings", label: msg("keys.go_settings"), keys: ["g i"], group: go },
  { id: "go_shifts", label: msg("nav.shifts"), keys: ["g t"], group: go },
  { id: "go_results", label: msg("nav.results"), keys: [], group: go },
  { id: "go_figures", label: msg("nav.figures"), keys: [], group: go },
  { id: "go_planning", label: msg("nav.planning"), keys: [], group: go },
  { id: "go_rosters", label: msg("nav.rosters"), keys: [], group: go },
  { id: "go_privacy", label: msg("nav.privacy"), keys: [], group: go },
  { id: "go_admin", label: msg("nav.admin"), keys: [], group: go },
  { id: "available", label: msg("keys.available"), keys: ["d"], group: other },
  { id: "palette", label: msg("keys.palette"), keys: ["Ctrl+k"], group: other, always: true },
  { id: "region_next", label: msg("keys.region_next"), keys: ["F6"], group: other, always: true },
  {
    id: "region_previous",
    label: msg("keys.region_previous"),
    keys: ["Shift+F6"],
    group: other,
    always: true,
  },
  { id: "help", label: msg("keys.help"), keys: ["?"], group: other },
];

/** The keys that an action has now: those it was moved to, or those it comes with. */
export function keysOf(action: Action): readonly string[] {
  return settings().keyMap[action.id] ?? action.keys;
}

/** The key of one event as the map writes it: Ctrl+k, Shift+F6, j, ?. */
export function keyName(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): string {
  const single = event.key.length === 1;
  const key = single ? event.key.toLowerCase() : event.key;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  // "?" and "/" need Shift on some layouts: for printed characters Shift is already in the key.
  if (event.shiftKey && (!single || parts.length > 0)) parts.push("Shift");
  return [...parts, key].join("+");
}

export interface KeyState {
  typing: boolean;
  overlay: boolean;
  singleKeys: boolean;
}

/** Which action a key means now, and what to remember as the first half of a chord. */
export function resolve(
  name: string,
  pending: string | null,
  state: KeyState,
): { action: string | null; pending: string | null } {
  const combined = pending ? `${pending} ${name}` : name;
  for (const action of actions) {
    if (!allowed(action, state)) continue;
    if (keysOf(action).includes(combined)) return { action: action.id, pending: null };
  }
  const opensChord =
    !pending && actions.some((a) => allowed(a, state) && keysOf(a).some((k) => k.startsWith(`${name} `)));
  return { action: null, pending: opensChord ? name : null };
}

function allowed(action: Action, state: KeyState): boolean {
  if (state.overlay) return action.id === "palette";
  if (action.always) return true;
  return state.singleKeys && !state.typing;
}

const fields = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const typingRoles = new Set(["textbox", "combobox", "searchbox", "spinbutton"]);

/** True when a printed key belongs to the field that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || typingRoles.has(target.getAttribute("role") ?? "")) return true;
  if (target.tagName === "INPUT") {
    const { type } = target as HTMLInputElement;
    return !["checkbox", "radio", "button", "submit", "reset", "file"].includes(type);
  }
  return fields.has(target.tagName);
}

/** One key or chord as it stands on the keyboard: R, G S, Ctrl+K. */
export function printed(key: string): string {
  return key
    .split(" ")
    .map((part) => (part.length === 1 ? part.toUpperCase() : part.replace(/\+(.)$/, (_, k: string) => `+${k.toUpperCase()}`)))
    .join(" ");
}

/** The first key of an action as shown to the reader; nothing when it has none. */
export function shown(id: string): string | undefined {
  const action = actions.find((one) => one.id === id);
  const key = action && keysOf(action)[0];
  return key && printed(key);
}
