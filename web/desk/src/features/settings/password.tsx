import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { PasswordField } from "@ui/field";
import { Icon } from "@ui/icon";
import { say } from "@ui/toast";

/** Replaces one's own password; every other sign-in ends. */
export function ChangePassword({ onClose }: { onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const { account } = useSession();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => api.put("/password", { current, password }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["sessions"] });
      say(t("password.changed"));
      onClose();
    },
  });
  return (
    <Dialog title={t("password.title")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <div className="dialog-body">
          <input type="hidden" autoComplete="username" name="username" value={account.email} readOnly />
          <PasswordField
            label={t("password.current")}
            show={t("password.show")}
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
          <PasswordField
            label={t("password.new")}
            hint={t("password.rule")}
            show={t("password.show")}
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <Failed error={change.error} />
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" isDisabled={change.isPending}>
            {t("password.change")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Why the server refused, said aloud. */
export function Failed({ error }: { error: unknown }) {
  return (
    <div role="alert">
      {error ? (
        <p className="field-error">
          <Icon name="circle-alert" />
          {explain(error)}
        </p>
      ) : null}
    </div>
  );
}
