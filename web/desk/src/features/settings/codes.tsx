import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { useSession } from "@/session";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { PasswordField, TextField } from "@ui/field";
import { qrCode } from "@ui/qr";
import { say } from "@ui/toast";
import { Failed } from "./password";

interface CodesState {
  on: boolean;
  recovery_left: number;
}

const codesKey = ["totp"];
const FEW = 3;

/** The second factor: on or off, and how many recovery codes are left. */
export function Codes() {
  const t = useT();
  const queries = useQueryClient();
  const state = useQuery({ queryKey: codesKey, queryFn: () => api.get<CodesState>("/totp") });
  const [open, setOpen] = useState<"start" | "stop" | null>(null);
  const close = () => {
    setOpen(null);
    void queries.invalidateQueries({ queryKey: codesKey });
  };
  const { data } = state;
  return (
    <div className="stack">
      <div className="row-flex">
        <h3 className="grow">{t("codes.title")}</h3>
        {data && <Pill tone={data.on ? "ok" : "plain"}>{data.on ? t("codes.on") : t("codes.off")}</Pill>}
      </div>
      {state.error && <p className="meta">{explain(state.error)}</p>}
      {data && !data.on && <p className="meta">{t("codes.about")}</p>}
      {data?.on && (
        <p className={data.recovery_left < FEW ? "settings-few" : "meta"}>{t("codes.left", { n: data.recovery_left })}</p>
      )}
      {data?.on && data.recovery_left < FEW && <p className="meta">{t("codes.few")}</p>}
      {data && (
        <div>
          <Button tone="outline" icon="shield-check" onPress={() => setOpen(data.on ? "stop" : "start")}>
            {data.on ? t("codes.stop") : t("codes.start")}
          </Button>
        </div>
      )}
      {open === "start" && <Start onClose={close} />}
      {open === "stop" && <Stop onClose={close} />}
    </div>
  );
}

/** Password, then the app's first code, then the recovery codes to keep. */
function Start({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const begin = useMutation({
    mutationFn: () => api.post<{ secret: string; uri: string }>("/totp", { password }),
  });
  const confirm = useMutation({
    mutationFn: () => api.post<{ recovery_codes: string[] }>("/totp/confirm", { code: code.trim() }),
  });
  const queries = useQueryClient();
  if (confirm.data) {
    const done = () => {
      say(t("codes.done"));
      void queries.invalidateQueries({ queryKey: codesKey });
      onClose();
    };
    return (
      <Dialog title={t("codes.keep_title")} open onClose={done}>
        <Keep codes={confirm.data.recovery_codes} onDone={done} />
      </Dialog>
    );
  }
  if (begin.data) {
    return (
      <Step title={t("codes.scan_title")} submit={t("codes.confirm")} busy={confirm.isPending} onSubmit={() => confirm.mutate()} onClose={onClose}>
        <p>{t("codes.scan")}</p>
        <div className="codes-scan">
          <QrImage text={begin.data.uri} label={t("codes.qr")} />
          <div className="stack">
            <p className="meta">{t("codes.by_hand")}</p>
            <code className="codes-secret">{begin.data.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
          </div>
        </div>
        <TextField
          label={t("codes.first")}
          hint={t("codes.first_hint")}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <Failed error={confirm.error} />
      </Step>
    );
  }
  return (
    <Step title={t("codes.start")} submit={t("codes.next")} busy={begin.isPending} onSubmit={() => begin.mutate()} onClose={onClose}>
      <p>{t("codes.need")}</p>
      <Proof password={password} onChange={setPassword} />
      <Failed error={begin.error} />
    </Step>
  );
}

function Stop({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [password, setPassword] = useState("");
  const stop = useMutation({
    mutationFn: () => api.delete("/totp", { body: { password } }),
    onSuccess: () => {
      say(t("codes.stopped"));
      onClose();
    },
  });
  return (
    <Step title={t("codes.stop")} submit={t("codes.stop")} busy={stop.isPending} onSubmit={() => stop.mutate()} onClose={onClose}>
      <p>{t("codes.stop_about")}</p>
      <Proof password={password} onChange={setPassword} />
      <Failed error={stop.error} />
    </Step>
  );
}

interface StepProps {
  title: string;
  submit: string;
  busy: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

function Step({ title, submit, busy, onSubmit, onClose, children }: StepProps) {
  const t = useT();
  return (
    <Dialog title={title} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <div className="dialog-body">{children}</div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" isDisabled={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Proof({ password, onChange }: { password: string; onChange: (next: string) => void }) {
  const t = useT();
  const { account } = useSession();
  return (
    <>
      <input type="hidden" autoComplete="username" name="username" value={account.email} readOnly />
      <PasswordField
        label={t("password.current")}
        show={t("password.show")}
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}

/** The recovery codes, shown this once: to copy, to save, to print. */
function Keep({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  const text = codes.join("\n");
  const file = useMemo(() => `data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`, [text]);
  const copy = () => void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  return (
    <>
      <div className="dialog-body">
        <p>{t("codes.keep")}</p>
        <ul className="codes-list num">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <div className="row-flex wrap">
          <a className="button button-outline" href={file} download={t("codes.file")}>
            {t("codes.save")}
          </a>
          <Button tone="outline" icon="copy" onPress={copy}>
            {copied ? t("codes.copied") : t("codes.copy")}
          </Button>
        </div>
      </div>
      <div className="dialog-foot">
        <Button tone="primary" onPress={onDone}>
          {t("codes.kept")}
        </Button>
      </div>
    </>
  );
}

/** Always dark on white, with the quiet zone a camera needs, whatever the theme. */
function QrImage({ text, label }: { text: string; label: string }) {
  const grid = useMemo(() => qrCode(text), [text]);
  const size = grid.length + 8;
  const path = grid
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : "")))
    .join("");
  return (
    <svg className="codes-qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <path d={`M0 0h${size}v${size}H0z`} className="codes-qr-light" />
      <path d={path} className="codes-qr-dark" />
    </svg>
  );
}
