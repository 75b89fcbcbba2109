/** The script that a client's page embeds: one button, and a frame of ours once it is wanted.
 *
 * It knows nothing of the page and leaves nothing in it but one element and `window.Ascolto`. The
 * shadow root keeps the page's styles out; its constructed sheet and the CSSOM pass a strict policy.
 */
import css from "./loader.css?inline";
import { ink } from "../panel/contrast.ts";

const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-modals allow-downloads allow-popups allow-popups-to-escape-sandbox";

type Said = { ascolto?: number; t?: string; n?: number; c?: string };

(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const page = window as unknown as { Ascolto?: unknown };
  if (!script?.dataset.key || page.Ascolto) return;
  const { key, lang, color, theme, label } = script.dataset;
  const home = new URL(script.src).origin;
  const language = lang ?? document.documentElement.lang;
  // The panel, left without a word of the page, speaks as the browser does: so do we.
  const italian = /^it/i.test(language || navigator.language);
  const name = label ?? (italian ? "Serve aiuto?" : "Need help?");
  let ticket = script.dataset.ticket;
  let frame: HTMLIFrameElement | undefined;
  let ready = false;
  let shown = false;

  const place = document.createElement("ascolto-chat");
  place.style.setProperty("all", "initial", "important");
  const root = place.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  const words = document.createElement("span");
  const badge = document.createElement("b");
  words.textContent = name;
  badge.hidden = true;
  button.append(words, badge);
  button.setAttribute("aria-expanded", "false");
  root.append(button);

  const tell = (t: string, more?: object) =>
    ready && frame?.contentWindow?.postMessage({ ascolto: 1, t, ...more }, home);
  // Never by custom properties: the page's own ones of the same name come through any shadow.
  const paint = (brand = "#0a5c63") => {
    button.style.background = brand;
    button.style.color = ink(brand);
  };
  const load = () => {
    if (frame) return;
    const at = new URL(`/chat/${key}`, home);
    at.search = String(
      new URLSearchParams({ lang: language, theme: theme ?? "", host: location.origin }),
    );
    frame = document.createElement("iframe");
    frame.title = name;
    frame.hidden = true;
    // Same origin only on our own demo pages, where a sandbox would hold nothing.
    if (home !== location.origin) frame.setAttribute("sandbox", SANDBOX);
    frame.src = at.href;
    root.prepend(frame);
  };
  const greet = () => tell(shown ? "open" : "hide", { ticket, page: location.origin + location.pathname });
  const show = (on: boolean, back = true) => {
    if (on) load();
    if (!frame || shown === on) return;
    shown = on;
    frame.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    greet();
    if (on) frame.focus();
    else if (back) button.focus();
  };
  const open = () => show(true);
  const close = () => show(false);

  button.onclick = () => show(!shown);
  button.onpointerenter = button.onfocus = load;
  addEventListener("message", (event) => {
    const said = event.data as Said;
    if (event.origin !== home || event.source !== frame?.contentWindow || said?.ascolto !== 1) return;
    if (said.t === "ready") {
      ready = true;
      paint(color ?? said.c);
      greet();
    } else if (said.t === "close") close();
    else if (said.t === "unread") {
      badge.hidden = !said.n;
      badge.textContent = String(said.n);
      button.ariaLabel = said.n ? `${name} (${said.n} ${italian ? "da leggere" : "unread"})` : null;
    }
  });
  page.Ascolto = {
    open,
    close,
    identify(token: string) {
      ticket = token;
      greet();
    },
  };
  paint(color);
  const put = () => document.body.append(place);
  if (document.body) put();
  else addEventListener("DOMContentLoaded", put);
})();
