import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { Empty, Skeleton } from "@ui/bits";
import { say } from "@ui/toast";
import "./words";

/** Where a mail provider sends people back to: what they bring is exchanged for access, once. */
export function MailAccessPage() {
  const t = useT();
  const navigate = useNavigate();
  const [wrong, setWrong] = useState<string | null>(null);
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const said = new URLSearchParams(location.search);
    const [code, state] = [said.get("code"), said.get("state")];
    if (!code || !state) {
      setWrong(t("admin.mail.denied", { why: said.get("error") ?? "" }));
      return;
    }
    api.post<{ channel_id: string }>("/mailboxes/access", { code, state }).then(
      ({ channel_id: id }) => {
        say(t("admin.mail.granted"));
        void navigate({ to: "/admin/$section/$id", params: { section: "channels", id }, replace: true });
      },
      (error: unknown) => setWrong(explain(error)),
    );
  }, [navigate, t]);
  return (
    <div className="page stack">
      <h1>{t("admin.mail.access_title")}</h1>
      {wrong ? <InVain wrong={wrong} /> : <Skeleton label={t("loading")} lines={4} />}
    </div>
  );
}

function InVain({ wrong }: { wrong: string }) {
  const t = useT();
  return (
    <div className="stack" role="alert">
      <Empty icon="triangle-alert" title={wrong} />
      <p>
        <Link to="/admin/$section" params={{ section: "channels" }}>
          {t("admin.channels")}
        </Link>
      </p>
    </div>
  );
}
