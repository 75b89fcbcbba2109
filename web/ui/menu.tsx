/**
 * Menus whose machinery is fetched after the first paint (or on the first press): the page that
 * holds them is usable before. The trigger is a plain button until then.
 */
import { cloneElement, useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from "react";
import type { ItemProps, MenuProps, SectionProps } from "./menu-parts";

type Parts = typeof import("./menu-parts");

let parts: Parts | null = null;
const listeners = new Set<() => void>();

function load(): void {
  if (parts) return;
  import("./menu-parts").then(
    (loaded) => {
      parts = loaded;
      for (const listener of listeners) listener();
    },
    () => undefined,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A button that opens a list of actions. */
export function Menu(props: MenuProps) {
  const loaded = useSyncExternalStore(subscribe, () => parts);
  const [wanted, setWanted] = useState(false);
  const focused = useRef(false);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const timer = setTimeout(load, 600);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (loaded && focused.current && !wanted) box.current?.querySelector("button")?.focus();
  }, [loaded, wanted]);
  if (loaded) {
    return (
      <span ref={box} className="menu-box">
        <loaded.Menu {...props} open={wanted} />
      </span>
    );
  }
  const want = () => {
    setWanted(true);
    load();
  };
  const press = {
    // From the first moment: should the other button come while this one is held, the press is lost.
    onPressStart: (event: { pointerType: string }) => {
      if (event.pointerType === "mouse") want();
    },
    onPress: want,
    onFocusChange: (inside: boolean) => {
      focused.current = inside;
    },
    "aria-haspopup": "menu",
  };
  return (
    <span ref={box} className="menu-box">
      {cloneElement(props.trigger as ReactElement<typeof press>, press)}
    </span>
  );
}

// These are only rendered inside a loaded menu.

export function MenuItem(props: ItemProps) {
  return parts && <parts.MenuItem {...props} />;
}

export function MenuSection(props: SectionProps) {
  return parts && <parts.MenuSection {...props} />;
}

export function MenuLine() {
  return parts && <parts.MenuLine />;
}
