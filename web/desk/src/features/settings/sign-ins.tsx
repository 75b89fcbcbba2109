import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { say } from "@ui/toast";

interface SignIn {
  id: string;
  current: boolean;
  ip: string;
  user_agent: string;
  created_at: string;
  seen_at: string;
}

/** Where one is signed in, latest first; what is not one's own can be ended. */
export function SignIns() {
  const t = useT();
  const { engine } = useLive();
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ["sessions"], queryFn: () => whole<SignIn>("/sessions") });
  const refresh = () => queries.invalidateQueries({ queryKey: ["sessions"] });
  const end = useMutation({ mutationFn: (id: string) => api.delete(`/sessions/${id}`), onSettled: refresh });
  const endOthers = useMutation({
    mutationFn: () => api.delete<{ ended: number }>("/sessions"),
    onSuccess: ({ ended }) => say(t("sessions.ended", { n: ended })),
    onError: (error) => say(explain(error)),
    onSettled: refresh,
  });
  const all = list.data ?? [];
  return (
    <section className="card stack settings-wide" aria-labelledby="set-sessions">
      <h2 id="set-sessions">{t("settings.sessions")}</h2>
      {list.error && <p className="meta">{explain(list.error)}</p>}
      <ul className="stack">
        {all.map((one) => (
          <li key={one.id} className="row-flex">
            <span className="grow">
              <strong>{device(one.user_agent) || t("sessions.unknown")}</strong>
              <span className="meta num sign-in-when">
                {one.current
                  ? t("sessions.since", { time: moment(one.created_at, engine.serverNow()) })
                  : t("sessions.seen", { time: moment(one.seen_at, engine.serverNow()) })}
                {one.ip && ` · ${one.ip}`}
              </span>
            </span>
            {one.current ? (
              <Pill tone="primary">{t("settings.this_browser")}</Pill>
            ) : (
              <Button
                tone="outline"
                aria-label={t("sessions.end_one", { device: device(one.user_agent) || t("sessions.unknown") })}
                isDisabled={end.isPending}
                onPress={() => end.mutate(one.id)}
              >
                {t("settings.end_session")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {all.length > 1 && (
        <div>
          <Button tone="outline" icon="log-out" isDisabled={endOthers.isPending} onPress={() => endOthers.mutate()}>
            {t("sessions.end_others")}
          </Button>
        </div>
      )}
    </section>
  );
}

/** The browser and system of a sign-in, from what the browser said about itself. */
function device(told: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(told)?.[1] ?? "";
  const system = /(Windows|iPhone|iPad|Android|Mac OS|Linux)/.exec(told)?.[1] ?? "";
  const named = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  return [named, system].filter(Boolean).join(" · ");
}
