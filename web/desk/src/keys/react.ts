/** Handlers of actions: the part of the screen that can do something says so while it is there. */
import { useEffect, useEffectEvent, useLayoutEffect } from "react";
import { settings } from "@/settings";
import { isTyping, keyName, resolve } from "./map";

type Handler = () => void;
const handlers = new Map<string, Handler[]>();
let pending: string | null = null;
let pendingTimer: ReturnType<typeof setTimeout> | null = null;
let early: string | null = null;

/** Offers to carry out an action while the component is there (the latest one wins). */
export function useAction(id: string, handler: Handler, enabled = true): void {
  const run = useEffectEvent(handler);
  // Before it is painted: a key pressed as soon as the part is seen is not lost.
  useLayoutEffect(() => {
    if (!enabled) return undefined;
    const mine = () => run();
    handlers.set(id, [...(handlers.get(id) ?? []), mine]);
    if (early === id) {
      early = null;
      mine();
    }
    return () => {
      handlers.set(id, (handlers.get(id) ?? []).filter((one) => one !== mine));
    };
  }, [id, enabled]);
}

/** Takes an action for a part that is on its way; it is carried out once the part is there, unless something else is done first. */
export function useComing(id: string): void {
  useAction(id, () => {
    early = id;
  });
}

function forgetEarly(): void {
  early = null;
}

export function canRun(id: string): boolean {
  return (handlers.get(id)?.length ?? 0) > 0;
}

export function run(id: string): boolean {
  const handler = handlers.get(id)?.at(-1);
  handler?.();
  return handler !== undefined;
}

function overlayOpen(): boolean {
  return document.querySelector('.scrim, [role="menu"]') !== null;
}

function remember(next: string | null): void {
  if (pendingTimer) clearTimeout(pendingTimer);
  pending = next;
  if (next) pendingTimer = setTimeout(() => (pending = null), 1200);
}

let ahead: string | null = null;

/** From now on printed keys are kept for a field that is about to appear. */
export function keepTyping(): void {
  ahead = "";
  setTimeout(() => (ahead = null), 3000);
}

/** What was typed since, handed over once. */
export function takeTyped(): string {
  const typed = ahead ?? "";
  ahead = null;
  return typed;
}

function onKeyDown(event: KeyboardEvent): void {
  forgetEarly();
  if (event.defaultPrevented || event.isComposing) return;
  if (ahead !== null && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    ahead += event.key;
    event.preventDefault();
    return;
  }
  const typing = isTyping(event.target);
  const name = keyName(event);
  const found = resolve(name, pending, {
    typing,
    overlay: overlayOpen(),
    singleKeys: settings().singleKeys,
  });
  remember(found.pending);
  if (!found.action) return;
  if (name === "Enter" && event.target instanceof HTMLElement && event.target.closest("button, a, [role=option], [role=menuitem]")) return;
  if (run(found.action)) event.preventDefault();
}

/** Listens for the whole page; one listener serves every action. */
export function useKeyboard(): void {
  useEffect(() => {
    window.addEventListener("keydown", onKeyDown);
    window.addEventListener("pointerdown", forgetEarly);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
      window.removeEventListener("pointerdown", forgetEarly);
    };
  }, []);
}

/** Moves the focus to the next (or previous) region of the page. */
export function moveRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(
    (region) => region.offsetParent !== null || region.getClientRects().length > 0,
  );
  if (regions.length === 0) return;
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const from = at < 0 && step < 0 ? 0 : at;
  const region = regions[(from + step + regions.length) % regions.length];
  const inner = region?.querySelector<HTMLElement>("[data-region-focus]");
  const own = region?.hasAttribute("tabindex") ? region : region?.querySelector<HTMLElement>("a, button, input, select, textarea");
  (inner ?? own)?.focus();
}
