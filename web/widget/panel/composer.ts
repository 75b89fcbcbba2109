/** Where the customer writes: text, files by button, by paste and by drop, and the way to a phone. */
import { h, icon } from "./dom.ts";
import { elsewhere } from "./forms.ts";
import type { Session } from "./session.ts";
import { Tray } from "./uploads.ts";
import { t } from "./words.ts";

const TALLEST_PX = 160;

export class Composer {
  readonly box: HTMLElement;
  #session: Session;
  #sent: () => void;
  #text: HTMLTextAreaElement;
  #problem = h("p", { class: "problem", role: "alert" });
  #tray: Tray;
  #attach: HTMLButtonElement;
  #keep: HTMLElement;

  constructor(session: Session, on: { phone: () => void; sent: () => void }) {
    this.#session = session;
    this.#sent = on.sent;
    const { config, memory } = session;
    this.#tray = new Tray(session.api, config.uploads);
    this.#text = h("textarea", {
      rows: 1,
      "aria-label": t("write"),
      placeholder: t("write"),
      enterkeyhint: matchMedia("(pointer: coarse)").matches ? "enter" : "send",
      oninput: () => this.#written(),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
      onpaste: (event: ClipboardEvent) => {
        const files = event.clipboardData?.files;
        if (!files?.length || !this.#takesFiles()) return;
        event.preventDefault();
        this.#tray.add(files);
      },
    });
    this.#text.value = memory.load().draft ?? "";
    const pick = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      accept: config.uploads.accept ?? config.uploads.types.join(","),
      onchange: () => {
        this.#tray.add(pick.files ?? []);
        pick.value = "";
        this.focus();
      },
    });
    this.#attach = h(
      "button",
      { type: "button", class: "quiet", "aria-label": t("attach"), onclick: () => pick.click() },
      icon("clip"),
      t("attachShort"),
    );
    this.#keep = h(
      "p",
      { class: "keep" },
      t("rememberAsk"),
      " ",
      h("button", { type: "button", class: "inline", "aria-label": t("remember"), onclick: () => { session.remember(true); this.focus(); } }, t("rememberShort")),
    );
    this.box = h(
      "form",
      {
        class: "composer",
        novalidate: true,
        onsubmit: (event: Event) => {
          event.preventDefault();
          this.#send();
        },
      },
      this.#keep,
      this.#tray.box,
      this.#tray.problem,
      this.#problem,
      h("div", { class: "line" }, this.#text, h("button", { class: "primary" }, t("send"))),
      h(
        "div",
        { class: "tools" },
        this.#attach,
        pick,
        elsewhere(config, on.phone)[0],
      ),
    );
    this.draw();
  }

  draw(): void {
    this.#attach.hidden = !this.#takesFiles();
    // A page by itself stays; a frame goes with the page around it.
    this.#keep.hidden = this.#session.memory.allowed;
  }

  focus(): void {
    this.#text.focus();
  }

  /** Give back what could not be sent. */
  restore(text: string): void {
    this.#text.value = [text, this.#text.value].filter(Boolean).join("\n");
    this.#written();
    this.focus();
  }

  /** Take files dropped anywhere on the conversation. */
  takeDrops(area: HTMLElement): void {
    area.addEventListener("dragover", (event) => {
      if (!this.#takesFiles() || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      area.dataset.drop = t("dropHere");
    });
    for (const name of ["dragleave", "drop"] as const)
      area.addEventListener(name, (event) => {
        delete area.dataset.drop;
        if (name === "dragleave" || !this.#takesFiles()) return;
        event.preventDefault();
        this.#tray.add(event.dataTransfer?.files ?? []);
      });
  }

  #takesFiles(): boolean {
    return this.#session.config.uploads.enabled && this.#session.api.token !== null;
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.#send();
  }

  #written(): void {
    this.#text.style.blockSize = "auto";
    this.#text.style.blockSize = `${Math.min(TALLEST_PX, this.#text.scrollHeight + 2)}px`;
    this.#problem.textContent = "";
    this.#session.memory.put({ draft: this.#text.value });
    if (this.#text.value) this.#session.typing();
  }

  #send(): void {
    const text = this.#text.value.trim();
    const limit = this.#session.config.message_limit;
    const wrong = this.#tray.busy
      ? t("waitFiles")
      : text.length > limit
        ? t("tooLong", { n: limit })
        : !text && !this.#tray.count
          ? t("empty")
          : "";
    this.#problem.textContent = wrong;
    if (!wrong) {
      this.#session.say(text, this.#tray.take());
      this.#text.value = "";
      this.#written();
      this.#sent();
    }
    this.focus();
  }
}
