import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

export interface PickerOption {
  id: string;
  label: string;
  group?: string;
  render?: ReactNode;
}

interface PickerProps {
  label: string;
  placeholder?: string;
  query: string;
  onQuery: (query: string) => void;
  options: readonly PickerOption[];
  onPick: (id: string) => void;
  empty: string;
  takeFocus?: boolean;
  selected?: string | undefined;
}

/** A search field over a list: typing filters, arrows move, Enter picks. */
export function Picker(props: PickerProps) {
  const { label, query, onQuery, options, onPick, empty } = props;
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const at = Math.min(active, Math.max(options.length - 1, 0));

  useEffect(() => {
    if (props.takeFocus) input.current?.focus();
  }, [props.takeFocus]);
  useEffect(() => {
    list.current?.querySelector(`[data-at="${at}"]`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((at + step + options.length) % Math.max(options.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = options[at];
      if (option) onPick(option.id);
    }
  };
  return (
    <div className="picker">
      <input
        ref={input}
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={options.length ? `${id}-${at}` : undefined}
        placeholder={props.placeholder ?? label}
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          onQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={label} className="picker-list">
        {options.map((option, index) => (
          <Row key={option.id} heading={option.group !== options[index - 1]?.group ? option.group : undefined}>
            <div
              id={`${id}-${index}`}
              data-at={index}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className="option"
              data-chosen={option.id === props.selected || undefined}
              onClick={() => onPick(option.id)}
              onKeyDown={onKeyDown}
              onPointerMove={() => setActive(index)}
            >
              {option.render ?? option.label}
            </div>
          </Row>
        ))}
      </div>
      {options.length === 0 && <p className="meta picker-empty">{empty}</p>}
    </div>
  );
}

function Row({ heading, children }: { heading: string | undefined; children: ReactNode }) {
  return (
    <>
      {heading && (
        <div className="menu-header" role="presentation">
          {heading}
        </div>
      )}
      {children}
    </>
  );
}

/** Lower case without accents, so that "perche" finds "Perché". */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** True when every word of the query starts somewhere in the text. */
export function matches(query: string, text: string): boolean {
  const folded = fold(text);
  return fold(query)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => folded.includes(word));
}
