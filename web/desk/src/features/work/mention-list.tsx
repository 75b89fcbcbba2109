import type { OperatorRef } from "@/api/types";
import { useT } from "@/i18n";

interface Props {
  id: string;
  options: readonly OperatorRef[];
  at: number;
  onPick: (who: OperatorRef) => void;
}

/** Colleagues who fit what follows the "@"; the focus stays in the field. */
export function MentionList({ id, options, at, onPick }: Props) {
  const t = useT();
  return (
    <div id={id} role="listbox" aria-label={t("mention.list")} className="popover-box canned">
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
            <strong>{one.display_name}</strong>
            {one.team && <span className="meta clip canned-text">{one.team}</span>}
          </span>
        </div>
      ))}
    </div>
  );
}
