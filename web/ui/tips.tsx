/**
 * What a button without words is called, shown on hover and on focus by the keyboard. One for the
 * whole page: a hundred buttons cost nothing until one of them is pointed at.
 */
import { useEffect, useRef, useState } from "react";
import { Kbd } from "./kbd";

const DELAY_MS = 500;
const CLOSE_MS = 80;
const GAP_PX = 6;
const TIPPED = "[data-tip]";

/** Keys that close or press: what stood under the tip may be covered or gone. */
const goes = new Set(["Escape", "Enter", " "]);

interface Shown {
  of: HTMLElement;
  text: string;
  key: string | undefined;
}

function tippedAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(TIPPED) : null;
}

/** Puts the tip below its button, above where there is no room, and inside the window. */
function place(tip: HTMLElement, of: HTMLElement): void {
  const box = of.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const below = box.bottom + GAP_PX;
  const top = below + own.height > innerHeight ? box.top - GAP_PX - own.height : below;
  const left = Math.min(Math.max(GAP_PX, box.left + (box.width - own.width) / 2), innerWidth - own.width - GAP_PX);
  tip.style.top = `${top}px`;
  tip.style.left = `${left}px`;
}

/** Shows the tip of whatever is pointed at or focused; Esc, a press, and going elsewhere take it away. */
export function Tips() {
  const [shown, setShown] = useState<Shown | null>(null);
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = tip.current;
    if (!element || !shown) return undefined;
    // In the top layer, so that a dialog does not cover the tips of its own buttons.
    element.showPopover?.();
    place(element, shown.of);
    return () => element.hidePopover?.();
  }, [shown]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let up = false;
    const later = (next: Shown | null, delay: number) => {
      clearTimeout(timer);
      // Scrolls and moves come by the hundred, and nearly all of them find no tip to take away.
      if (!next && !up) return;
      timer = setTimeout(() => {
        up = next !== null;
        setShown(next);
      }, delay);
    };
    const of = (element: HTMLElement): Shown => ({ of: element, text: element.dataset.tip ?? "", key: element.dataset.tipKey });
    const over = (event: PointerEvent) => {
      if (event.pointerType === "touch" || tip.current?.contains(event.target as Node)) return clearTimeout(timer);
      const element = tippedAt(event.target);
      return later(element && of(element), element ? DELAY_MS : CLOSE_MS);
    };
    const focus = (event: FocusEvent) => {
      const element = tippedAt(event.target);
      later(element?.matches(":focus-visible") ? of(element) : null, 0);
    };
    const away = () => later(null, 0);
    const key = (event: KeyboardEvent) => {
      if (goes.has(event.key)) away();
    };
    const heard: [string, (event: never) => void][] = [
      ["pointerover", over],
      ["focusin", focus],
      ["focusout", away],
      ["pointerdown", away],
      ["scroll", away],
      ["keydown", key],
    ];
    for (const [name, listener] of heard) document.addEventListener(name, listener as EventListener, true);
    return () => {
      clearTimeout(timer);
      for (const [name, listener] of heard) document.removeEventListener(name, listener as EventListener, true);
    };
  }, []);
  return (
    <div ref={tip} role="tooltip" popover="manual" className="tooltip">
      {shown?.text}
      {shown?.key && <Kbd>{shown.key}</Kbd>}
    </div>
  );
}
