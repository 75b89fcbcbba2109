import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { PersonSeen } from "@/api/types";
import { msg, t as words, useT } from "@/i18n";
import { clock, decimal, share, stopwatch } from "@/i18n/format";
import { fieldName } from "@/looks/what";
import { useColleagues } from "@/reference";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { Picker } from "@ui/picker";
import "./words";

const states: Record<string, string> = {
  available: msg("presence.available"),
  away: msg("presence.away"),
  break: msg("presence.break"),
  busy: msg("presence.busy"),
  offline: msg("presence.offline"),
};

function written(field: string, value: string | number | null): string {
  if (value === null) return "–";
  if (typeof value === "string") {
    if (field !== "state") return clock(value);
    const name = states[value];
    return name ? words(name) : value;
  }
  if (field === "handle_time") return stopwatch(value);
  if (field === "occupancy") return share(value);
  return decimal(value, 0, 1);
}

/** One person, as far as an agreement in force lets them be seen; who looks says why, and is told of. */
export function PersonDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [query, setQuery] = useState("");
  const [person, setPerson] = useState("");
  const [why, setWhy] = useState("");
  const people = useColleagues(query, "").map((one) => ({ id: one.id, label: [one.display_name, one.team].filter(Boolean).join(" · ") }));
  const look = useMutation({
    mutationFn: () => api.get<PersonSeen>(`/floor/operators/${person}`, { query: { why: why.trim() } }),
  });
  const seen = look.data;
  return (
    <Dialog title={t("person.title")} open onClose={onClose} close={t("close")}>
      <form
        className="dialog-body stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (person && why.trim()) look.mutate();
        }}
      >
        <p className="meta row-flex">
          <Icon name="shield-check" />
          {t("person.told")}
        </p>
        <Picker
          takeFocus
          label={t("steer.person")}
          query={query}
          onQuery={setQuery}
          options={people}
          selected={person}
          onPick={(id) => {
            setPerson(id);
            look.reset();
          }}
          empty={t("steer.nobody_found")}
        />
        <TextField label={t("steer.why")} required maxLength={500} value={why} onChange={(event) => setWhy(event.target.value)} />
        <div className="row-flex end">
          <Button type="submit" tone="primary" isDisabled={!person || !why.trim() || look.isPending}>
            {t("person.look")}
          </Button>
        </div>
        <div role="alert">{look.error && <p className="field-error">{explain(look.error)}</p>}</div>
        <div role="status">
          {seen && (
            <dl className="person-seen" aria-label={seen.name}>
              {Object.entries(seen.fields).map(([field, value]) => (
                <div key={field}>
                  <dt className="meta">{fieldName(field)}</dt>
                  <dd className="num">{written(field, value)}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </form>
    </Dialog>
  );
}
