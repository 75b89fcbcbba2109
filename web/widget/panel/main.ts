/** The chat panel: a page of our own origin, in a frame on a client's site or by itself. */
import "./panel.css";
import { Api, Problem } from "./api.ts";
import { ink, readable } from "./contrast.ts";
import { h } from "./dom.ts";
import { framed, listen, tell } from "./host.ts";
import { Memory } from "./memory.ts";
import { pause } from "./outbox.ts";
import { Session } from "./session.ts";
import { Shell } from "./shell.ts";
import type { Config } from "./wire.ts";
import { speak, t } from "./words.ts";

const key = location.pathname.split("/")[2] ?? "";
const wanted = new URLSearchParams(location.search);
const root = document.documentElement;
const app = document.getElementById("app")!;

function paint(config: Config): void {
  const { color } = config.brand;
  const onLight = readable(color, "#ffffff", 7);
  const onDark = readable(color, "#20272b", 7);
  const colors = {
    "--brand": color,
    "--on-brand": ink(color),
    "--accent-light": onLight,
    "--accent-dark": onDark,
    "--on-accent-light": ink(onLight),
    "--on-accent-dark": ink(onDark),
  };
  for (const [name, value] of Object.entries(colors)) root.style.setProperty(name, value);
  document.title = config.texts.title!;
}

async function configured(ask: () => Promise<Config>, asked: Promise<Config>): Promise<Config | null> {
  const said = h("p", { class: "plain", role: "status" }, t("loading"));
  app.replaceChildren(said);
  for (let tries = 0; ; tries += 1) {
    try {
      return await (tries ? ask() : asked);
    } catch (problem) {
      const passing = problem instanceof Problem && problem.passing;
      said.textContent = t(passing ? "unreachable" : "noSuchChat");
      tell("ready");
      if (!passing) return null;
      await new Promise((done) => setTimeout(done, pause(tries, Math.random)));
    }
  }
}

async function begin(): Promise<void> {
  const theme = wanted.get("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (framed) root.dataset.framed = "";
  const language = wanted.get("lang") || navigator.language;
  const api = new Api();
  const ask = () =>
    api.get<Config>(`/chat/${key}/config?language=${encodeURIComponent(language.slice(0, 35))}`);
  // Words and settings come side by side: on a slow line each trip counts.
  const first = ask();
  first.catch(() => {});
  await speak(language.slice(0, 2).toLowerCase());
  const config = await configured(ask, first);
  if (!config) return;
  await speak(config.language);
  paint(config);
  const session = new Session(config, api, new Memory(key, () => localStorage));
  const shell = new Shell(app, session);
  listen((heard) => {
    session.ticket = heard.ticket ?? session.ticket;
    session.page = heard.page ?? session.page;
    if (heard.t === "open" || heard.t === "hide") shell.shown(heard.t === "open");
  });
  const link = /^#resume=(.+)/.exec(location.hash);
  if (link) {
    history.replaceState(null, "", location.pathname + location.search);
    shell.resume(link[1]!);
  }
  tell("ready", { c: config.brand.color });
  if (!framed) shell.shown(true);
}

void begin();
