import { useT } from "@/i18n";
import { useSettings } from "@/settings";
import { Kbd } from "@ui/kbd";
import { actions, shown } from "./map";

/** Every action with its key, by group. */
export function KeyTable() {
  const t = useT();
  useSettings();
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
                    {shown(action.id) ? <Kbd>{shown(action.id)}</Kbd> : <span className="meta">{t("keys.no_key")}</span>}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
