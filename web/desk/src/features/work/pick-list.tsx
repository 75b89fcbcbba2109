import type { ReactNode } from "react";

interface Props<T> {
  id: string;
  label: string;
  options: readonly T[];
  at: number;
  onPick: (one: T) => void;
  children: (one: T) => ReactNode;
}

/** What fits what is being typed; the focus stays in the field. */
export function PickList<T extends { id: string }>({ id, label, options, at, onPick, children }: Props<T>) {
  return (
    <div id={id} role="listbox" aria-label={label} className="popover-box canned">
      {options.map((one, index) => (
        <div
          key={one.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className="option"
          // The field keeps the focus: the pick happens before a blur could close the list.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(one);
          }}
        >
          {children(one)}
        </div>
      ))}
    </div>
  );
}

/** One option: its name, and a line that tells it from others. */
export function PickName({ name, more }: { name: string; more?: string | null | undefined }) {
  return (
    <span className="grow">
      <strong>{name}</strong>
      {more && <span className="meta clip canned-text">{more}</span>}
    </span>
  );
}
