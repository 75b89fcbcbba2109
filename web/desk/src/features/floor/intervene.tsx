import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { FloorQueue, Intervention, Queue } from "@/api/types";
import { useT } from "@/i18n";
import { useColleagues } from "@/reference";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Select, TextArea } from "@ui/field";
import { Icon } from "@ui/icon";
import { Picker } from "@ui/picker";
import type { Alert } from "./alerts";

export type Kind = Intervention["kind"];

interface Props {
  queue: FloorQueue;
  rules: Queue;
  others: readonly Queue[];
  kind: Kind;
  alerts: readonly Alert[];
  why: string;
  onClose: () => void;
  onDone: (done: Intervention) => void;
}

/** One thing to do about an alert, with its why; it holds until tonight. */
export function InterveneDialog({ queue, rules, others, kind, alerts, why: proposed, onClose, onDone }: Props) {
  const t = useT();
  const [why, setWhy] = useState(proposed);
  const [person, setPerson] = useState<{ id: string; label: string } | null>(null);
  const [into, setInto] = useState(others[0]?.id ?? "");
  const [message, setMessage] = useState("");
  const wishes: Record<Kind, Record<string, string>> = {
    skill: { operator_id: person?.id ?? "" },
    overflow: { overflow_queue_id: into },
    message: { message: message.trim() },
  };
  const wish = wishes[kind];
  const ready = why.trim() !== "" && Object.values(wish).every(Boolean);
  const intervene = useMutation({
    mutationFn: () =>
      api.post<Intervention>("/interventions", { kind, queue_id: queue.queue_id, why: why.trim(), alert: alerts[0] ?? null, ...wish }),
    onSuccess: onDone,
  });
  const titles: Record<Kind, string> = {
    skill: t("steer.skill_title", { queue: queue.name }),
    overflow: t("steer.overflow_title", { queue: queue.name }),
    message: t("steer.message_title", { queue: queue.name }),
  };
  return (
    <Dialog title={titles[kind]} open onClose={onClose}>
      <form
        className="dialog-body stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) intervene.mutate();
        }}
      >
        {kind === "skill" && <Person rules={rules} chosen={person} onChoose={setPerson} />}
        {kind === "overflow" && (
          <Select label={t("steer.into")} hint={t("steer.into_hint")} value={into} onChange={(event) => setInto(event.target.value)}>
            {others.map((other) => (
              <option key={other.id} value={other.id}>
                {other.name}
              </option>
            ))}
          </Select>
        )}
        {kind === "message" && (
          <TextArea
            label={t("steer.text")}
            hint={t("steer.text_hint")}
            required
            maxLength={1000}
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
        )}
        <TextArea label={t("steer.why")} required maxLength={500} value={why} onChange={(event) => setWhy(event.target.value)} />
        <p className="meta row-flex">
          <Icon name="clock" />
          {t("steer.until_tonight")}
        </p>
        <div role="alert">{intervene.error && <p className="field-error">{explain(intervene.error)}</p>}</div>
        <div className="row-flex end">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" isDisabled={!ready || intervene.isPending}>
            {t("steer.do")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface PersonProps {
  rules: Queue;
  chosen: { id: string; label: string } | null;
  onChoose: (person: { id: string; label: string }) => void;
}

function Person({ rules, chosen, onChoose }: PersonProps) {
  const t = useT();
  const [query, setQuery] = useState("");
  const found = useColleagues(query, rules.client_id).map((one) => ({
    id: one.id,
    label: [one.display_name, one.team].filter(Boolean).join(" · "),
  }));
  const wanted = ((rules.rings[0]?.needs ?? []) as [string, number][]).map(([code, level]) => `${code} ${level}`).join(", ");
  return (
    <>
      <p>{t("steer.skill_lead", { needs: wanted })}</p>
      <Picker
        takeFocus
        label={t("steer.person")}
        query={query}
        onQuery={setQuery}
        options={found}
        selected={chosen?.id}
        onPick={(id) => {
          const one = found.find((option) => option.id === id);
          if (one) onChoose(one);
        }}
        empty={t("steer.nobody_found")}
      />
      <p role="status">{chosen && t("steer.chosen", { name: chosen.label })}</p>
    </>
  );
}
