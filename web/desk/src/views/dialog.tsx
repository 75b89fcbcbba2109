import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import { explain } from "@/api/words";
import type { SavedView } from "@/api/types";
import { useT } from "@/i18n";
import { Skeleton } from "@ui/bits";
import { Button, IconButton } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextField } from "@ui/field";
import { say } from "@ui/toast";
import type { ListPage } from "./button";

const key = ["views"];

interface Props {
  page: ListPage;
  onClose: () => void;
}

/** The views of a list that one has kept: go to one, keep the present one, forget one. */
export function ViewsDialog({ page, onClose }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { options } = useRouter();
  const now = query(options.stringifySearch(useSearch({ strict: false })));
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => whole<SavedView>("/views", { signal }),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const [name, setName] = useState("");
  const keep = useMutation({
    mutationFn: (view: Pick<SavedView, "name" | "query">) => api.post<SavedView>("/views", { page, ...view }),
    onSuccess: (view) => {
      void refresh();
      say(t("views.kept", { name: view.name }));
      onClose();
    },
  });
  const forget = useMutation({
    mutationFn: (view: SavedView) => api.delete(`/views/${view.id}`),
    onSuccess: (_, view) => {
      void refresh();
      const back = () => api.post("/views", { page, name: view.name, query: view.query });
      say(t("views.forgotten", { name: view.name }), {
        label: t("undo"),
        run: () => void back().then(refresh, (problem: unknown) => say(explain(problem))),
      });
    },
  });
  const go = (view: SavedView) => {
    void navigate({ to: page === "work" ? "/work" : "/conversations", search: options.parseSearch(view.query) });
    onClose();
  };
  const views = data?.filter((view) => view.page === page);
  const problem = error ?? keep.error ?? forget.error;
  return (
    <Dialog title={t("views.title")} open onClose={onClose}>
      <div className="dialog-body">
        {!data && !error && <Skeleton label={t("loading")} lines={3} />}
        {views?.length === 0 && <p className="meta">{t("views.none")}</p>}
        {views && views.length > 0 && (
          <ul className="stack views" aria-label={t("views.title")}>
            {views.map((view) => (
              <li key={view.id} className="row-flex">
                <Button
                  tone="outline"
                  className="grow"
                  {...(view.query === now ? { icon: "check" as const, "aria-current": "true" as const } : {})}
                  onPress={() => go(view)}
                >
                  <span className="grow clip">{view.name}</span>
                </Button>
                <IconButton icon="x" label={t("views.forget", { name: view.name })} onPress={() => forget.mutate(view)} />
              </li>
            ))}
          </ul>
        )}
        <form
          className="row-flex end"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) keep.mutate({ name: name.trim(), query: now });
          }}
        >
          <div className="grow">
            <TextField
              label={t("views.name")}
              hint={t("views.hint")}
              maxLength={60}
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <Button type="submit" tone="primary" isDisabled={keep.isPending}>
            {t("views.keep")}
          </Button>
        </form>
        <div role="alert">{problem && <p className="field-error">{explain(problem)}</p>}</div>
      </div>
    </Dialog>
  );
}

const query = (search: string) => search.replace(/^\?/, "");
