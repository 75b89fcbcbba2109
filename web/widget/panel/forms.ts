/** The screens beside the conversation: telephone, other device, ending, a mailed link. */
import { Problem } from "./api.ts";
import { type Child, field, h, icon } from "./dom.ts";
import type { Session } from "./session.ts";
import type { Config } from "./wire.ts";
import { isEmail } from "./start.ts";
import { dayName, t } from "./words.ts";

export interface Screen {
  box: HTMLElement;
  focus: () => void;
  /** Show what has changed since. */
  draw?: () => void;
}

/** What went wrong, in words a person can act on. */
export function said(code: string): string {
  const known: Record<string, () => string> = {
    line: () => t("lineDown"),
    "channels.too_fast": () => t("tooFast"),
    "channels.bad_address": () => t("badEmail"),
    "channels.bad_moment": () => t("badMoment"),
    "channels.link_gone": () => t("linkGone"),
    "conversations.empty_message": () => t("empty"),
    "channels.already_asked": () => t("callAsked"),
  };
  return (known[code] ?? (() => t("failedNow")))();
}

function page(title: string, back: (() => void) | null, ...rest: Child[]): Screen {
  const heading = h("h2", { tabindex: -1 }, title);
  return {
    box: h(
      "div",
      { class: "page" },
      back && h("button", { type: "button", class: "quiet back", onclick: back }, icon("back"), t("back")),
      heading,
      ...rest,
    ),
    focus: () => heading.focus(),
  };
}

/** Run what a form asks for, once at a time; problems go next to the field. */
function submitting(run: () => Promise<void>, wrong: (text: string) => void) {
  let busy = false;
  return async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      await run();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      wrong(said(problem.code));
    } finally {
      busy = false;
    }
  };
}

function done(screen: Screen, text: string, back: () => void): void {
  const line = h("p", { class: "good", tabindex: -1 }, icon("check"), text);
  screen.box.querySelector("form")!.replaceWith(
    line,
    h("button", { type: "button", class: "primary", onclick: back }, t("back")),
  );
  line.focus();
}

function days(): HTMLOptionElement[] {
  return Array.from({ length: 7 }, (_, n) => {
    const at = new Date();
    at.setDate(at.getDate() + n);
    const name = n === 0 ? t("today") : n === 1 ? t("tomorrow") : dayName(at);
    return h("option", { value: n }, name);
  });
}

function hours(): HTMLOptionElement[] {
  return Array.from({ length: 25 }, (_, n) => {
    const clock = `${String(8 + (n >> 1)).padStart(2, "0")}:${n % 2 ? "30" : "00"}`;
    return h("option", { value: clock, selected: clock === "10:00" }, clock);
  });
}

function moment(day: string, clock: string): string {
  const at = new Date();
  const [hour, minute] = clock.split(":").map(Number) as [number, number];
  at.setDate(at.getDate() + Number(day));
  at.setHours(hour, minute, 0, 0);
  return at.toISOString();
}

export function phoneForm(session: Session, back: () => void): Screen {
  const { phone } = session.config;
  const number = field(t("yourPhone"), h("input", { type: "tel", autocomplete: "tel", inputmode: "tel", maxlength: 32 }));
  const day = field(t("day"), h("select", {}, ...days()));
  const hour = field(t("hour"), h("select", {}, ...hours()));
  const when = h("div", { class: "pair", hidden: true }, day.box, hour.box);
  const choice = (value: string, label: string, checked: boolean) =>
    h(
      "label",
      { class: "check" },
      h("input", { type: "radio", name: "when", value, checked, onchange: () => { when.hidden = value === "soon"; } }),
      h("span", {}, label),
    );
  const later = () => !when.hidden;
  const ask = async () => {
    const value = number.control.value.trim();
    if (!/^[0-9+()./ -]{4,32}$/.test(value)) return number.wrong(t("needPhone"));
    number.wrong("");
    await session.begin();
    const promise = await session.api.post<{ phone: string; words: string }>("/conversation/callback", {
      phone: value,
      when: later() ? moment(day.control.value, hour.control.value) : null,
    });
    done(screen, t("callNoted", { phone: promise.phone, when: promise.words }), back);
  };
  const form = h(
    "form",
    { novalidate: true, onsubmit: submitting(ask, (text) => (later() ? hour : number).wrong(text)) },
    number.box,
    h("fieldset", {}, h("legend", {}, t("whenCall")), choice("soon", t("asSoon"), true), choice("later", t("later"), false), when),
    h("button", { class: "primary" }, icon("phone"), t("callMe")),
  );
  const call = phone && h("p", {}, ...split(t("callUs", { phone }), phone));
  const screen = page(t("phoneTitle"), back, h("p", {}, t("phoneIntro")), form, call);
  return screen;
}

/** The other ways to reach the client: a call back, its telephone number, its contact page. */
export function elsewhere(config: Config, phone: (() => void) | null): Child[] {
  const { callback, texts, brand } = config;
  return [
    callback && phone
      ? h("button", { type: "button", class: "quiet", onclick: phone }, icon("phone"), texts.phone_offer!)
      : config.phone && h("p", {}, ...split(t("callUs", { phone: config.phone }), config.phone)),
    brand.contact_url && h("p", {}, h("a", { href: brand.contact_url, target: "_blank", rel: "noopener" }, t("contact"))),
  ];
}

function split(text: string, phone: string): Child[] {
  const [before, after] = text.split(phone);
  return [before, h("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}`, class: "tel" }, phone), after];
}

export const deviceForm = (session: Session, back: () => void) =>
  mailForm(session, back, ["deviceTitle", "deviceIntro", "sendLink", "linkSent"], "/conversation/resume-link");

export const transcriptForm = (session: Session, back: () => void) =>
  mailForm(session, back, ["mailText", "mailIntro", "sendText", "textSent"], "/conversation/transcript");

/** Ask for an address and mail something there. */
function mailForm(session: Session, back: () => void, [title, intro, send, sent]: [string, string, string, string], path: string): Screen {
  const email = field(t("yourEmail"), h("input", { type: "email", autocomplete: "email", inputmode: "email", maxlength: 320 }));
  const ask = async () => {
    const value = email.control.value.trim();
    if (!isEmail(value)) return email.wrong(t(value ? "badEmail" : "needEmail"));
    await session.api.post(path, { email: value });
    done(screen, t(sent, { email: value }), back);
  };
  const form = h(
    "form",
    { novalidate: true, onsubmit: submitting(ask, email.wrong) },
    email.box,
    h("button", { class: "primary" }, icon("mail"), t(send)),
  );
  const screen = page(t(title), back, h("p", {}, t(intro)), form);
  return screen;
}

export function endForm(session: Session, back: () => void): Screen {
  const problem = h("p", { class: "problem", role: "alert" });
  const end = submitting(
    async () => {
      await session.end();
      back();
    },
    (text) => { problem.textContent = text; },
  );
  return page(
    t("endAsk"),
    back,
    problem,
    h("button", { type: "button", class: "primary", onclick: end }, t("endYes")),
    h("button", { type: "button", class: "second", onclick: back }, t("endNo")),
  );
}

export function resumeForm(session: Session, token: string, back: () => void): Screen {
  const problem = h("p", { class: "problem", role: "alert" });
  const go = submitting(
    async () => {
      await session.resume(token);
      back();
    },
    (text) => { problem.textContent = text; },
  );
  return page(
    t("resumeTitle"),
    null,
    h("p", {}, t("resumeIntro")),
    problem,
    h("button", { type: "button", class: "primary", onclick: go }, t("resumeGo")),
  );
}
