/** The one closing question: five answers in words, by keyboard as any group of radio buttons. */
import { Problem } from "./api.ts";
import { field, h, icon } from "./dom.ts";
import { said } from "./forms.ts";
import type { Session } from "./session.ts";
import { t } from "./words.ts";

export function survey(session: Session): HTMLElement {
  const { texts } = session.config;
  const more = field(t("surveyText"), h("textarea", { rows: 2, maxlength: 2000 }), t("optional"));
  more.box.hidden = true;
  const problem = h("p", { class: "problem", role: "alert" });
  const answers = [1, 2, 3, 4, 5] as const;
  const box = h("div", { class: "survey" });
  const thank = () => {
    const thanks = h("p", { class: "good", tabindex: -1 }, icon("check"), texts.survey_thanks!);
    box.replaceChildren(thanks);
    thanks.focus();
  };
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event: Event) => {
        event.preventDefault();
        const score = Number(new FormData(form).get("score"));
        if (!score) {
          problem.textContent = t("surveyPick");
          return;
        }
        try {
          await session.api.post("/conversation/survey", { score, text: more.control.value.trim() });
          thank();
        } catch (refused) {
          if (!(refused instanceof Problem)) throw refused;
          if (refused.code === "conversations.already_surveyed") thank();
          else problem.textContent = said(refused.code);
        }
      },
    },
    h(
      "fieldset",
      {},
      h("legend", {}, texts.survey_question!),
      h(
        "div",
        { class: "scale" },
        ...answers.map((score) =>
          h(
            "label",
            {},
            h("input", { type: "radio", name: "score", value: score, onchange: () => { more.box.hidden = false; problem.textContent = ""; } }),
            h("span", {}, t(`s${score}`)),
          ),
        ),
      ),
    ),
    more.box,
    problem,
    h("button", { class: "primary" }, t("surveySend")),
  );
  box.append(form);
  return box;
}
