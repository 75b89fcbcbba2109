import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Customer, CustomerLink, CustomerNote, Page } from "@/api/types";
import { Confirm } from "@/confirm";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { day } from "@/i18n/format";
import { may, useSession } from "@/session";
import { Button, IconButton } from "@ui/button";
import { TextArea } from "@ui/field";
import { say } from "@ui/toast";
import { Section } from "../section";
import { LinkDialog } from "./link";
import { roles } from "./roles";

/** Notes of colleagues on a customer, and who speaks for whom. */
export function CustomerAside({ customer }: { customer: Customer }) {
  const canEdit = may(useSession(), "customers.edit");
  return (
    <>
      <Notes customer={customer} canEdit={canEdit} />
      <Links customer={customer} canEdit={canEdit} />
    </>
  );
}

interface Props {
  customer: Customer;
  canEdit: boolean;
}

function Notes({ customer, canEdit }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const path = `/customers/${customer.id}/notes`;
  const { data, error, refetch } = useQuery({ queryKey: [path], queryFn: () => api.get<Page<CustomerNote>>(path) });
  const [writing, setWriting] = useState<string>();
  const [wrong, setWrong] = useState<string>();
  const [leaving, setLeaving] = useState<CustomerNote>();
  const add = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.post(path, { text: writing?.trim() });
      setWriting(undefined);
      setWrong(undefined);
      await queries.invalidateQueries({ queryKey: [path] });
      say(t("aside.kept"));
    } catch (problem) {
      setWrong(explain(problem));
    }
  };
  const remove = async () => {
    await api.delete(`${path}/${leaving?.id}`);
    await queries.invalidateQueries({ queryKey: [path] });
  };
  return (
    <Section
      icon="sticky-note"
      title={t("aside.notes")}
      actions={
        canEdit &&
        writing === undefined && (
          <Button icon="plus" aria-label={t("aside.add_note")} onPress={() => setWriting("")}>
            {t("aside.add")}
          </Button>
        )
      }
    >
      {error && <Failed error={error} retry={refetch} />}
      {data?.items.length === 0 && writing === undefined && <p className="meta">{t("aside.no_notes")}</p>}
      {data && data.items.length > 0 && (
        <ul className="stack" aria-label={t("aside.notes")}>
          {data.items.map((note) => (
            <li key={note.id} className="row-flex">
              <div className="grow">
                {note.text}
                <div className="meta num">{`${note.by_name} · ${day(note.at)}`}</div>
              </div>
              {canEdit && <IconButton icon="x" label={t("aside.remove_note")} onPress={() => setLeaving(note)} />}
            </li>
          ))}
        </ul>
      )}
      {writing !== undefined && (
        <form className="stack" onSubmit={(event) => void add(event)}>
          <TextArea
            label={t("aside.note")}
            hint={t("aside.note_hint")}
            rows={3}
            maxLength={1000}
            required
            error={wrong}
            value={writing}
            ref={(field: HTMLTextAreaElement | null) => {
              if (writing === "") field?.focus();
            }}
            onChange={(event) => setWriting(event.target.value)}
          />
          <div className="row-flex end">
            <Button onPress={() => setWriting(undefined)}>{t("cancel")}</Button>
            <Button type="submit" tone="primary" isDisabled={!writing.trim()}>
              {t("save")}
            </Button>
          </div>
        </form>
      )}
      {leaving && (
        <Confirm title={t("aside.remove_note")} word={t("aside.remove")} act={remove} onClose={() => setLeaving(undefined)}>
          <p>{leaving.text}</p>
          <p className="meta">{t("aside.remove_about")}</p>
        </Confirm>
      )}
    </Section>
  );
}

function Links({ customer, canEdit }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const path = `/customers/${customer.id}/links`;
  const { data, error, refetch } = useQuery({ queryKey: [path], queryFn: () => api.get<CustomerLink[]>(path) });
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<CustomerLink>();
  const changed = () => queries.invalidateQueries({ queryKey: [path] });
  const remove = async () => {
    await api.delete(`${path}/${leaving?.id}`);
    await changed();
  };
  return (
    <Section
      icon="users"
      title={t("aside.linked")}
      actions={
        canEdit && (
          <Button icon="plus" aria-label={t("aside.add_link")} onPress={() => setAdding(true)}>
            {t("aside.add")}
          </Button>
        )
      }
    >
      {error && <Failed error={error} retry={refetch} />}
      {data?.length === 0 && <p className="meta">{t("aside.nobody")}</p>}
      {data && data.length > 0 && (
        <ul className="stack" aria-label={t("aside.linked")}>
          {data.map((one) => (
            <li key={one.id} className="row-flex">
              <div className="grow">
                {one.name || t("customer.unnamed")}
                <div className="meta">
                  {t(one.acts_for_them ? msg("aside.acts_for") : msg("aside.acted_for"), { role: t(roles[one.role]) })}
                </div>
              </div>
              {canEdit && <IconButton icon="x" label={t("aside.unlink", { name: one.name })} onPress={() => setLeaving(one)} />}
            </li>
          ))}
        </ul>
      )}
      {adding && <LinkDialog customer={customer} onDone={changed} onClose={() => setAdding(false)} />}
      {leaving && (
        <Confirm
          title={t("aside.unlink", { name: leaving.name })}
          word={t("aside.remove")}
          act={remove}
          onClose={() => setLeaving(undefined)}
        >
          <p>{t("aside.unlink_about")}</p>
        </Confirm>
      )}
    </Section>
  );
}
