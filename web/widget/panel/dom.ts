/** Elements by function; text is always text, never markup. */

type Value = string | number | boolean | null | undefined | ((event: never) => void);
export type Child = Node | string | null | undefined | false;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  given: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

// Outlines on a 24 grid (shapes from Lucide, ISC licence: see web/NOTICE).
const outlines = {
  x: "M18 6 6 18M6 6l12 12",
  dots: "M4.5 12h1M11.5 12h1M18.5 12h1",
  back: "M15 18l-6-6 6-6",
  phone:
    "M13.832 16.568a1 1 0 0 0 1.213-.303l.355-.465A2 2 0 0 1 17 15h3a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3a2 2 0 0 1-.8 1.6l-.468.351a1 1 0 0 0-.292 1.233 14 14 0 0 0 6.392 6.384",
  clip: "M16 6l-8.414 8.586a2 2 0 0 0 2.829 2.829l8.414-8.586a4 4 0 1 0-5.657-5.657l-8.379 8.551a6 6 0 1 0 8.485 8.485l8.379-8.551",
  down: "M12 5v14M19 12l-7 7-7-7",
  check: "M20 6 9 17l-5-5",
  alert: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 8v4M12 16h.01",
  clock: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 6v6l4 2",
  file: "M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2zM14 2v5a1 1 0 0 0 1 1h5",
  mail: "M22 7l-8.991 5.727a2 2 0 0 1-2.009 0L2 7M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2v-12a2 2 0 0 1 2 -2z",
};

export function icon(name: keyof typeof outlines): SVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", outlines[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

/** Text in which addresses can be followed. */
export function linked(text: string, newTab: string): Child[] {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)'\]])/).map((part, at) =>
    at % 2
      ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part, h("span", { class: "vh" }, ` (${newTab})`))
      : part,
  );
}

/** What is wrong in a form, in one place: each point leads to its field. */
export function summed(form: HTMLElement): Node[] {
  const wrong = [...form.querySelectorAll<HTMLElement>("[aria-invalid=true]")];
  return wrong.length < 2
    ? []
    : wrong.map((control) => {
        const said = document.getElementById(`${control.id}e`)?.textContent;
        return h("li", {}, h("a", { href: `#${control.id}` }, said));
      });
}

let fields = 0;

/** A labelled field with a place for what is wrong with it. */
export function field(label: string, control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, hint?: string) {
  const id = `f${(fields += 1)}`;
  control.id = id;
  const problem = h("p", { class: "problem", id: `${id}e`, hidden: true });
  const box = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label, hint && h("span", { class: "hint" }, ` (${hint})`)),
    control,
    problem,
  );
  return {
    box,
    control,
    /** Say what is wrong, next to the field; nothing clears it. */
    wrong(text: string): void {
      problem.replaceChildren(...(text ? [icon("alert"), text] : []));
      problem.hidden = !text;
      control.setAttribute("aria-invalid", String(Boolean(text)));
      if (text) {
        control.setAttribute("aria-describedby", problem.id);
        control.focus();
      }
    },
  };
}
