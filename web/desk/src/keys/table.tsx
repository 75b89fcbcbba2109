import { useT } from "@/i18n";
import { Kbd } from "@ui/kbd";
import { actions, shown } from "./map";

/** Every action with its key, by group. */
export function KeyTable() {
  const t = useT();
  const groups = [...new Set(actions.map((action) => action.group))];
  return (
    <div className="key-groups">
      {groups.map((group) => (
        <section key={group}>
          <h3>{t(group)}</h3>
          <dl className="key-list">
            {actions
              .filter((action) => action.group === group)
              .map((action) => (
                <div key={action.id}>
                  <dt>{t(action.label)}</dt>
                  <dd>
                    <Kbd>{shown(action.id)}</Kbd>
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
