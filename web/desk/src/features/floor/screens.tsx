import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import { explain } from "@/api/words";
import type { OpenedScreen, Screen } from "@/api/types";
import { useT } from "@/i18n";
import { day, moment } from "@/i18n/format";
import { Skeleton } from "@ui/bits";
import { Button, IconButton } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextField } from "@ui/field";
import { say } from "@ui/toast";
import "./words";

const key = ["screens"];

/** Opens walls and takes them back; the floor can also be shown here, in one's own session. */
export function ScreensDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => whole<Screen>("/floor/screens", { signal }),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const open = useMutation({
    mutationFn: (wall: string) => api.post<OpenedScreen>("/floor/screens", { name: wall }),
    onSuccess: () => {
      setName("");
      void refresh();
    },
  });
  const close = useMutation({
    mutationFn: (screen: Screen) => api.delete(`/floor/screens/${screen.id}`),
    onSuccess: (_, screen) => {
      void refresh();
      say(t("screens.closed", { name: screen.name }));
    },
  });
  const link = open.data && `${location.origin}/desk/screen#${open.data.secret}`;
  const problem = error ?? open.error ?? close.error;
  return (
    <Dialog title={t("screens.title")} open onClose={onClose} close={t("close")}>
      <div className="dialog-body stack screens">
        <p>{t("screens.lead")}</p>
        <p>
          <a className="button button-outline" href="/desk/screen" target="_blank" rel="noreferrer">
            {t("screens.here")}
          </a>
        </p>
        {!data && !error && <Skeleton label={t("loading")} lines={2} />}
        {data && data.length > 0 && (
          <ul aria-label={t("screens.open")}>
            {data.map((screen) => (
              <li key={screen.id}>
                <span className="grow">
                  {screen.name}
                  <span className="meta block">
                    {t("screens.until", { day: day(screen.expires_at) })} ·{" "}
                    {screen.seen_at ? t("screens.seen", { at: moment(screen.seen_at, Date.now()) }) : t("screens.unseen")}
                  </span>
                </span>
                <IconButton icon="x" label={t("screens.close", { name: screen.name })} onPress={() => close.mutate(screen)} />
              </li>
            ))}
          </ul>
        )}
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) open.mutate(name.trim());
          }}
        >
          <TextField
            label={t("screens.name")}
            hint={t("screens.name_hint")}
            required
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <div>
            <Button type="submit" tone="primary" isDisabled={open.isPending}>
              {t("screens.new")}
            </Button>
          </div>
        </form>
        {link && (
          <div className="stack" role="status">
            <TextField label={t("screens.link")} hint={t("screens.link_hint")} readOnly value={link} onFocus={(event) => event.target.select()} />
            <div>
              <Button
                tone="outline"
                icon="copy"
                onPress={() => void navigator.clipboard.writeText(link).then(() => say(t("screens.copied")), () => undefined)}
              >
                {t("screens.copy")}
              </Button>
            </div>
          </div>
        )}
        <div role="alert">{problem && <p className="field-error">{explain(problem)}</p>}</div>
      </div>
    </Dialog>
  );
}
