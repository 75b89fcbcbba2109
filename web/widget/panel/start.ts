/** The first screen: what to expect, what is asked, and the consent before anything is stored. */
import { field, h, icon, summed } from "./dom.ts";
import { elsewhere, type Screen, said } from "./forms.ts";
import type { Session } from "./session.ts";
import { t } from "./words.ts";

export const isEmail = (text: string) => /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]{2,}$/.test(text);

export function startForm(session: Session, phone: () => void): Screen {
  const { config, refused } = session;
  const { texts, ask, brand } = config;
  const hint = (wanted: string) => (wanted === "optional" ? t("optional") : undefined);
  const name = field(t("yourName"), h("input", { autocomplete: "given-name", maxlength: 200 }), hint(ask.name));
  const email = field(
    t("yourEmail"),
    h("input", { type: "email", autocomplete: "email", maxlength: 320, inputmode: "email" }),
    hint(ask.email),
  );
  const text = field(t("firstQuestion"), h("textarea", { rows: 2 }));
  text.control.value = refused?.text ?? session.memory.load().draft ?? "";
  const remember = h("input", { type: "checkbox" });
  const vouched = session.ticket !== undefined;

  const greeting = h("p", { class: "greeting" }, texts.greeting!);
  const begin = h("button", { class: "primary" });
  const expect = h("p", {}, icon("clock"), " ");
  const summary = h("ul", { class: "problem", role: "alert", hidden: true });

  const check = (): boolean => {
    const value = text.control.value.trim();
    const [who, where] = [name.control.value.trim(), email.control.value.trim()];
    text.wrong(
      !value ? t("empty") : value.length > config.message_limit ? t("tooLong", { n: config.message_limit }) : "",
    );
    email.wrong(
      !where && ask.email === "required" && !vouched ? t("needEmail") : where && !isEmail(where) ? t("badEmail") : "",
    );
    name.wrong(!who && ask.name === "required" && !vouched ? t("needName") : "");
    const points = summed(form);
    summary.replaceChildren(...points);
    summary.hidden = !points.length;
    return !form.querySelector("[aria-invalid=true]");
  };
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: (event: Event) => {
        event.preventDefault();
        if (!check()) return;
        if (remember.checked) session.remember(true);
        const [who, where] = [name.control.value.trim(), email.control.value.trim()];
        session.say(text.control.value.trim(), [], { ...(who && { name: who }), ...(where && { email: where }) });
      },
    },
    summary,
    text.box,
    h("div", { class: "pair" }, ask.name !== "no" && name.box, ask.email !== "no" && email.box),
    h("label", { class: "check" }, remember, h("span", {}, texts.remember!)),
    h(
      "p",
      { class: "small" },
      texts.consent!,
      brand.privacy_url && h("span", {}, " ", h("a", { href: brand.privacy_url, target: "_blank", rel: "noopener" }, t("privacy"))),
    ),
    begin,
  );
  if (refused) text.wrong(said(refused.code));
  const draw = () => {
    const wait = config.open ? config.wait.words : config.hours;
    begin.textContent = t(config.open ? "begin" : "leave");
    expect.className = config.open ? "expect" : "expect shut";
    expect.hidden = !wait;
    expect.lastChild!.textContent = wait;
    greeting.hidden = !config.open;
  };
  draw();
  return {
    draw,
    box: h(
      "div",
      { class: "page" },
      greeting,
      expect,
      form,
      ...elsewhere(config, phone),
    ),
    focus: () => text.control.focus(),
  };
}
