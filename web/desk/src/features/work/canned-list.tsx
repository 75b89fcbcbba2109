import type { Canned } from "@/api/types";
import { useT } from "@/i18n";
import { Kbd } from "@ui/kbd";

interface Props {
  id: string;
  options: readonly Canned[];
  at: number;
  onPick: (canned: Canned) => void;
}

/** Canned replies that fit what is being typed; the focus stays in the field. */
export function CannedList({ id, options, at, onPick }: Props) {
  const t = useT();
  return (
    <div id={id} role="listbox" aria-label={t("composer.canned")} className="popover-box canned">
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
          <span className="grow">
            <strong>{one.title}</strong>
            <span className="meta clip canned-text">{one.text}</span>
          </span>
          <Kbd>/{one.key}</Kbd>
        </div>
      ))}
    </div>
  );
}
