/** Header, notices and menu around whatever is on screen; what is heard is said aloud once. */
import { Chat } from "./chat.ts";
import { h, icon } from "./dom.ts";
import { deviceForm, endForm, phoneForm, resumeForm, type Screen, transcriptForm } from "./forms.ts";
import { framed, tell } from "./host.ts";
import type { Session } from "./session.ts";
import { startForm } from "./start.ts";
import { save } from "./transcript.ts";
import type { Message } from "./wire.ts";
import { t } from "./words.ts";

const ANNOUNCED = 6;

export class Shell {
  #session: Session;
  #status = h("p", { class: "sub" });
  #notice = h("div", { class: "notice", role: "status" });
  #aloud = h("div", { class: "vh", role: "log", "aria-live": "polite" });
  #view = h("main", {});
  #menu = h("nav", { class: "menu", id: "menu", "aria-label": t("more"), hidden: true });
  #more: HTMLButtonElement;
  #chat: Chat;
  #screen: Screen | null = null;
  /** A form beside the conversation is open: what happens meanwhile does not take it away. */
  #beside = false;
  #phase = "";
  #shown = false;
  #unread = 0;
  #noticed = "";

  constructor(app: HTMLElement, session: Session) {
    this.#session = session;
    this.#chat = new Chat(session, { phone: () => this.#aside(phoneForm) });
    this.#more = h(
      "button",
      { type: "button", class: "round", "aria-label": t("more"), "aria-expanded": "false", "aria-controls": "menu", onclick: () => this.#toggle() },
      icon("dots"),
    );
    const { brand } = session.config;
    app.replaceChildren(
      h(
        "header",
        {},
        brand.logo_url && h("img", { src: brand.logo_url, alt: "", class: "logo", referrerpolicy: "no-referrer" }),
        h("div", { class: "who" }, h("h1", {}, brand.name), this.#status),
        this.#more,
        framed && h("button", { type: "button", class: "round", "aria-label": t("close"), onclick: () => tell("close") }, icon("x")),
      ),
      this.#menu,
      this.#notice,
      this.#view,
      this.#aloud,
    );
    document.addEventListener("keydown", (event) => this.#escape(event));
    document.addEventListener("pointerdown", (event) => {
      const at = event.target as Node;
      if (!this.#menu.contains(at) && !this.#more.contains(at)) this.#toggle(false);
    });
    for (const name of ["online", "offline"]) addEventListener(name, () => this.#draw());
    session.onchange = () => this.#draw();
    session.onheard = (message) => this.#heard(message);
    this.#draw();
  }

  /** The host opened or closed the panel. */
  shown(on: boolean): void {
    this.#shown = on;
    if (!on) return;
    this.#unread = 0;
    tell("unread", { n: 0 });
    this.#chat.toEnd();
    this.#focus();
  }

  resume(token: string): void {
    this.#beside = true;
    this.#show(resumeForm(this.#session, token, () => this.#home()));
  }

  #focus(): void {
    if (this.#screen) this.#screen.focus();
    else this.#chat.focus();
  }

  #show(screen: Screen | null): void {
    this.#screen = screen;
    this.#view.replaceChildren(screen ? screen.box : this.#chat.box);
    if (!screen) this.#chat.toEnd();
    if (this.#shown) this.#focus();
  }

  #aside(form: (session: Session, back: () => void) => Screen): void {
    this.#toggle(false);
    this.#beside = true;
    this.#show(form(this.#session, () => this.#home()));
  }

  #home(): void {
    this.#phase = "";
    this.#beside = false;
    this.#draw();
  }

  #draw(): void {
    const { phase } = this.#session;
    if (phase !== this.#phase && !this.#beside) {
      this.#phase = phase;
      this.#show(phase === "start" ? startForm(this.#session, () => this.#aside(phoneForm)) : null);
    }
    this.#status.textContent = this.#standing();
    this.#more.hidden = phase !== "chat";
    this.#screen?.draw?.();
    this.#chat.draw();
    this.#warn();
  }

  #standing(): string {
    const { config, thread, over, phase } = this.#session;
    if (phase === "start") return t(config.open ? "answering" : "closedNow");
    if (phase === "lost" || over) return t("over");
    if (thread.state === "active" && thread.operator) return t("talkingTo", { name: thread.operator });
    if (!config.open) return t("closedNow");
    return thread.wait?.words || t(thread.state === "waiting" || thread.state === "open" ? "waiting" : "answering");
  }

  #warn(): void {
    const { up, phase } = this.#session;
    const text = !navigator.onLine ? t("offline") : !up && phase === "chat" ? t("reconnecting") : "";
    if (text === this.#noticed) return;
    this.#noticed = text;
    this.#notice.replaceChildren(...(text ? [icon("alert"), text] : []));
  }

  #heard(message: Message): void {
    this.#aloud.append(h("p", {}, `${this.#chat.speaker(message)}: ${message.text}`));
    while (this.#aloud.childElementCount > ANNOUNCED) this.#aloud.firstElementChild!.remove();
    if (this.#shown) return;
    this.#unread += 1;
    tell("unread", { n: this.#unread });
  }

  #escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (!this.#menu.hidden) {
      this.#toggle(false);
      this.#more.focus();
    } else if (this.#beside) this.#home();
    else tell("close");
  }

  #toggle(on = this.#menu.hidden): void {
    if (on) this.#menu.replaceChildren(...this.#choices());
    this.#menu.hidden = !on;
    this.#more.setAttribute("aria-expanded", String(on));
    if (on) this.#menu.querySelector("button")?.focus();
  }

  #choices(): HTMLElement[] {
    const session = this.#session;
    const { config, memory, over, thread } = session;
    const choice = (label: string, run: () => void) =>
      h("button", { type: "button", onclick: () => { this.#toggle(false); run(); } }, label);
    const begun = session.api.token !== null;
    return [
      config.callback && choice(config.texts.phone_offer!, () => this.#aside(phoneForm)),
      begun && choice(t("deviceTitle"), () => this.#aside(deviceForm)),
      thread.messages.some((one) => one.author.kind === "operator") && choice(t("mailText"), () => this.#aside(transcriptForm)),
      choice(t("transcript"), () => save(session, (message) => this.#chat.speaker(message))),
      choice(t("print"), () => window.print()),
      choice(t(memory.allowed ? "forget" : "remember"), () => {
        session.remember(!memory.allowed);
        this.#chat.tell(t(memory.allowed ? "remembered" : "forgotten"));
        this.#more.focus();
      }),
      begun && !over && choice(t("end"), () => this.#aside(endForm)),
      begun && thread.number > 0 && h("p", { class: "hint" }, t("number", { n: thread.number })),
    ].filter((item): item is HTMLButtonElement => Boolean(item));
  }
}
