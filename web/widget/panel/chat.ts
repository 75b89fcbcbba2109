/** The conversation: what was said, who says it, and where to write. */
import { Problem } from "./api.ts";
import { Composer } from "./composer.ts";
import { h, icon, linked } from "./dom.ts";
import { elsewhere, said } from "./forms.ts";
import type { Item } from "./outbox.ts";
import type { Session } from "./session.ts";
import { survey } from "./survey.ts";
import type { Attachment, Message } from "./wire.ts";
import { clock, size, t } from "./words.ts";

const NEAR_PX = 60;
const TOGETHER_MS = 5 * 60_000;

interface Row {
  key: string;
  mark: string;
  make: () => HTMLElement;
}

/** Said by the same one, one soon after the other. */
function together(first: Message | undefined, next: Message | undefined): boolean {
  return (
    first !== undefined &&
    next !== undefined &&
    first.author.kind === next.author.kind &&
    first.author.name === next.author.name &&
    Date.parse(next.at) - Date.parse(first.at) < TOGETHER_MS
  );
}

export class Chat {
  readonly box: HTMLElement;
  #session: Session;
  #phone: () => void;
  #composer: Composer;
  #list = h("ol", {});
  #scroll: HTMLElement;
  #typing = h("p", { class: "typing", hidden: true });
  #told = h("p", { class: "told", role: "status" });
  #below: HTMLButtonElement;
  #foot = h("div", { class: "foot" });
  #eu = h("button", { type: "button", class: "second eu", hidden: true, onclick: () => void this.#askEu() });
  #rows = new Map<string, { mark: string; element: HTMLElement }>();
  #mode = "";
  #again = false;
  #stuck = true;
  #shaped = "";

  constructor(session: Session, on: { phone: () => void }) {
    this.#session = session;
    this.#phone = on.phone;
    this.#eu.textContent = t("euAsk");
    this.#composer = new Composer(session, { ...on, sent: () => this.toEnd() });
    this.#below = h(
      "button",
      { type: "button", class: "below", hidden: true, onclick: () => this.toEnd() },
      icon("down"),
      t("newBelow"),
    );
    this.#scroll = h(
      "div",
      {
        class: "scroll",
        role: "region",
        tabindex: 0,
        "aria-label": t("thread"),
        onscroll: () => {
          // A scroll that only comes from a change of size is nobody's wish.
          if (this.#shape() !== this.#shaped) return;
          this.#stuck = this.#atEnd();
          if (this.#stuck) this.#below.hidden = true;
        },
      },
      this.#list,
      this.#typing,
      this.#told,
    );
    this.box = h("div", { class: "chat" }, this.#scroll, h("div", { class: "rim" }, this.#below), this.#eu, this.#foot);
    this.#composer.takeDrops(this.box);
    // What was at the end stays at the end when the place to write grows.
    new ResizeObserver(() => {
      this.#shaped = this.#shape();
      if (this.#stuck) this.toEnd();
    }).observe(this.#scroll);
  }

  /** Who says a message, in words. */
  speaker({ author }: Pick<Message, "author">): string {
    switch (author.kind) {
      case "customer":
        return t("you");
      case "operator":
        return `${author.name}, ${t("person")}`;
      case "assistant":
        return `${this.#session.config.texts.assistant!} (AI)`;
      default:
        return t("system");
    }
  }

  focus(): void {
    if (this.#mode === "write") this.#composer.focus();
    else this.#foot.querySelector("h2")?.focus();
  }

  toEnd(): void {
    this.#stuck = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#below.hidden = true;
  }

  /** A short word about what was just done. */
  tell(text: string): void {
    this.#told.textContent = text;
    this.toEnd();
  }

  draw(): void {
    const { thread } = this.#session;
    const stay = !this.#stuck;
    const before = this.#list.lastElementChild;
    this.#patch(this.#wanted());
    this.#typing.hidden = !thread.typing;
    const name = thread.typing ? t("typing", { name: thread.typing }) : "";
    if (this.#typing.dataset.name !== name) {
      this.#typing.dataset.name = name;
      this.#typing.replaceChildren(h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), name);
    }
    this.#eu.hidden = !thread.euOffer;
    this.#drawFoot();
    if (!stay) this.toEnd();
    else if (before !== this.#list.lastElementChild) this.#below.hidden = false;
  }

  async #askEu(): Promise<void> {
    try {
      await this.#session.askEu();
      this.focus();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.tell(said(problem.code));
    }
  }

  #shape(): string {
    return `${this.#scroll.clientWidth} ${this.#scroll.clientHeight}`;
  }

  #atEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  #wanted(): Row[] {
    const { thread, pending } = this.#session;
    const { messages } = thread;
    const own = messages.findLast((message) => message.author.kind === "customer");
    const rows = messages.map((message, at): Row => {
      const joined = together(messages[at - 1], message);
      const timed = !together(message, messages[at + 1]);
      const sent = message === own && !pending.length;
      return {
        key: message.nonce ?? message.id,
        mark: `${message.seq}${joined}${timed}${sent}${message.text.length}`,
        make: () => this.#message(message, joined, timed, sent),
      };
    });
    for (const item of pending)
      rows.push({ key: item.nonce, mark: item.state + (item.code ?? ""), make: () => this.#unsent(item) });
    return rows;
  }

  #patch(rows: Row[]): void {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, { element }] of this.#rows)
      if (!wanted.has(key)) {
        element.remove();
        this.#rows.delete(key);
      }
    let at: Element | null = this.#list.firstElementChild;
    for (const row of rows) {
      const known = this.#rows.get(row.key);
      let element = known?.element;
      if (!known || known.mark !== row.mark) {
        element = row.make();
        known?.element.replaceWith(element);
        if (known && known.element === at) at = element;
        this.#rows.set(row.key, { mark: row.mark, element });
      }
      if (element === at) at = at!.nextElementSibling;
      else this.#list.insertBefore(element!, at);
    }
  }

  #message(message: Message, joined: boolean, timed: boolean, sent: boolean): HTMLElement {
    const { kind } = message.author;
    const name = h("p", { class: joined || kind === "customer" ? "by vh" : "by" }, this.speaker(message));
    const row = this.#bubble(kind, message.text, message.attachments, [
      timed && h("time", { datetime: message.at }, clock(message.at)),
      sent && h("span", { class: "state" }, icon("check"), t("sent")),
    ]);
    if (kind === "assistant" && !joined) name.append(h("span", { class: "vh" }, `. ${t("ai")}`));
    row.prepend(name);
    if (joined) row.classList.add("joined");
    return row;
  }

  #unsent(item: Item): HTMLElement {
    const { outbox } = this.#session;
    const action = (label: string, run: () => void) => h("button", { type: "button", class: "inline", onclick: run }, label);
    const state =
      item.state === "waiting"
        ? [h("span", { class: "state" }, icon("clock"), t("sending"))]
        : [
            h("span", { class: "state bad" }, icon("alert"), t(item.state === "failed" ? "failed" : "refused")),
            action(t("retry"), () => outbox.retry(item.nonce)),
            item.state === "refused" &&
              action(t("remove"), () => {
                this.#composer.restore(item.text);
                outbox.drop(item.nonce);
              }),
          ];
    const row = this.#bubble("customer", item.text, item.files, state);
    row.classList.add(item.state);
    row.prepend(h("p", { class: "by vh" }, t("you")));
    return row;
  }

  #bubble(kind: string, text: string, files: Attachment[], meta: (Node | false | null)[]): HTMLElement {
    return h(
      "li",
      { class: kind },
      h(
        "div",
        { class: "bubble" },
        text && h("p", { class: "text" }, ...linked(text, t("openNewTab"))),
        ...files.map((file) => this.#file(file)),
      ),
      h("p", { class: "meta" }, ...meta),
    );
  }

  #file(file: Attachment): HTMLElement {
    const open = async () => {
      const { api } = this.#session;
      const answer = await fetch(api.url(`/conversation/attachments/${file.id}`), { headers: api.headers() });
      if (!answer.ok) return this.tell(t("failedNow"));
      const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: file.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    };
    return h("button", { type: "button", class: "file", onclick: () => void open() }, icon("file"), h("span", { class: "name" }, file.name), h("span", { class: "small" }, size(file.size)));
  }

  #drawFoot(): void {
    const { phase, over, api } = this.#session;
    if (!over) this.#again = false;
    const mode = phase === "lost" ? "lost" : over && !this.#again ? "over" : "write";
    if (mode === this.#mode) {
      this.#composer.draw();
      return;
    }
    this.#mode = mode;
    const held = this.#foot.contains(document.activeElement);
    if (mode === "write") this.#foot.replaceChildren(this.#composer.box);
    else this.#foot.replaceChildren(this.#closing(mode === "over" && api.token !== null));
    if (held) this.focus();
  }

  #closing(over: boolean): HTMLElement {
    const write = () => {
      this.#again = true;
      this.#drawFoot();
      this.#composer.focus();
    };
    return h(
      "div",
      { class: "closing" },
      h("h2", { tabindex: -1 }, t(over ? "over" : "lost")),
      over && this.#session.config.survey && survey(this.#session),
      h(
        "div",
        { class: "pair" },
        over && h("button", { type: "button", class: "second", onclick: write }, t("writeAgain")),
        h("button", { type: "button", class: "second", onclick: () => this.#session.renew() }, t("fresh")),
      ),
      ...elsewhere(this.#session.config, over ? this.#phone : null),
    );
  }
}
