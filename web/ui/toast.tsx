import { useSyncExternalStore } from "react";
import { Button, IconButton } from "./button";

export interface Toast {
  id: number;
  text: string;
  /** What can be done about it; `leads` goes somewhere and takes nothing back. */
  action?: { label: string; run: () => void; leads?: boolean };
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function tell(list: readonly Toast[]): void {
  toasts = list;
  for (const listener of listeners) listener();
}

export function dismiss(id: number): void {
  tell(toasts.filter((toast) => toast.id !== id));
}

/** Says something about the reader's own action, with a way back for 8 seconds, or a way to it until it is taken. */
export function say(text: string, action?: Toast["action"]): number {
  const id = next++;
  tell([...toasts.slice(-2), { id, text, ...(action ? { action } : {}) }]);
  // What leads to something still to be done stays until it has been seen.
  if (!action?.leads) setTimeout(() => dismiss(id), 8000);
  return id;
}

/** Carries out the way back of the newest message that has one. */
export function undoLatest(): boolean {
  const toast = toasts.findLast((one) => one.action && !one.action.leads);
  if (!toast) return false;
  dismiss(toast.id);
  toast.action?.run();
  return true;
}

export function Toasts({ close }: { close: string }) {
  const list = useSyncExternalStore(
    (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-atomic="false">
      {list.map((toast) => (
        <div key={toast.id} className="toast">
          <span className="grow">{toast.text}</span>
          {toast.action && (
            <Button
              tone="link"
              onPress={() => {
                dismiss(toast.id);
                toast.action?.run();
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton icon="x" label={close} onPress={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
