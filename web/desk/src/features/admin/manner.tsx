import { t, useT } from "@/i18n";
import { TextField } from "@ui/field";

/** Why something is changed, and from when on it is to hold; empty for now. */
export interface Manner {
  why: string;
  at: string;
}

export const atOnce: Manner = { why: "", at: "" };

/** What is wrong with it: a publication needs its reason, and lies ahead. */
export function wrongManner({ why, at }: Manner): Partial<Record<keyof Manner, string>> {
  if (!at) return {};
  const found: Partial<Record<keyof Manner, string>> = {};
  if (!why.trim()) found.why = t("admin.why.needed");
  if (!(Date.parse(at) > Date.now())) found.at = t("admin.publish.ahead");
  return found;
}

interface Props {
  manner: Manner;
  wrong: Partial<Record<keyof Manner, string>>;
  later: boolean;
  set: (next: Manner) => void;
}

/** Asked for below a form: nobody has to answer, unless it is to be published later. */
export function MannerFields({ manner, wrong, later, set }: Props) {
  const t = useT();
  return (
    <section className="admin-manner" aria-label={t("admin.manner")}>
      <TextField
        label={t("admin.why")}
        hint={t("admin.why.hint")}
        name="why"
        maxLength={500}
        autoComplete="off"
        error={wrong.why}
        value={manner.why}
        onChange={(event) => set({ ...manner, why: event.target.value })}
      />
      {later && (
        <TextField
          label={t("admin.publish.at")}
          hint={t("admin.publish.hint")}
          name="publish_at"
          type="datetime-local"
          error={wrong.at}
          value={manner.at}
          onChange={(event) => set({ ...manner, at: event.target.value })}
        />
      )}
    </section>
  );
}
