/** Files on their way: what is too large or of the wrong kind is told before it is sent. */
import { Problem, type Api } from "./api.ts";
import { h, icon } from "./dom.ts";
import type { Attachment, Config } from "./wire.ts";
import { size, t } from "./words.ts";

const AT_ONCE = 10;

interface Going {
  row: HTMLElement;
  file?: Attachment;
  stop: AbortController;
}

/** Why a file can't be taken; nothing when it can. */
export function objection(file: { name: string; size: number; type: string }, uploads: Config["uploads"]): string {
  if (!file.size) return t("fileEmpty", { name: file.name });
  if (file.size > uploads.max_bytes) return t("fileTooBig", { name: file.name, max: size(uploads.max_bytes) });
  if (file.type && !uploads.types.includes(file.type)) return t("fileType", { name: file.name });
  return "";
}

export class Tray {
  readonly box = h("ul", { class: "tray" });
  readonly problem = h("p", { class: "problem", role: "alert" });
  #going: Going[] = [];
  #api: Api;
  #uploads: Config["uploads"];

  constructor(api: Api, uploads: Config["uploads"]) {
    this.#api = api;
    this.#uploads = uploads;
  }

  get busy(): boolean {
    return this.#going.some((one) => !one.file);
  }

  get count(): number {
    return this.#going.length;
  }

  /** Hand over what is ready and be empty. */
  take(): Attachment[] {
    const files = this.#going.flatMap((one) => one.file ?? []);
    this.#going = [];
    this.box.replaceChildren();
    return files;
  }

  add(files: Iterable<File>): void {
    this.problem.textContent = "";
    for (const file of files) {
      const wrong = this.#going.length >= AT_ONCE ? t("tooManyFiles") : objection(file, this.#uploads);
      if (wrong) this.problem.textContent = wrong;
      else void this.#send(file);
    }
  }

  async #send(file: File): Promise<void> {
    const bar = h("progress", { max: 1, value: 0, "aria-label": file.name });
    const state = h("span", { class: "small" }, size(file.size));
    const stop = new AbortController();
    const remove = h(
      "button",
      { type: "button", class: "round small-round", "aria-label": `${t("remove")} ${file.name}`, onclick: () => this.#drop(going) },
      icon("x"),
    );
    const row = h("li", {}, icon("file"), h("span", { class: "name" }, file.name), state, bar, remove);
    const going: Going = { row, stop };
    this.#going.push(going);
    this.box.append(row);
    try {
      going.file = await this.#api.upload<Attachment>(
        "/conversation/attachments",
        file,
        (share) => { bar.value = share; },
        stop.signal,
      );
      bar.remove();
      state.replaceChildren(icon("check"), size(file.size));
    } catch (problem) {
      if (!stop.signal.aborted) this.problem.textContent = this.#why(problem, file);
      this.#drop(going);
    }
  }

  #why(problem: unknown, file: File): string {
    const status = problem instanceof Problem ? problem.status : 0;
    if (status === 413) return t("fileTooBig", { name: file.name, max: size(this.#uploads.max_bytes) });
    if (status === 409) return t("filesFull");
    if (status === 415 || status === 422) return t("fileType", { name: file.name });
    return t("fileFailed", { name: file.name });
  }

  #drop(going: Going): void {
    going.stop.abort();
    going.row.remove();
    this.#going = this.#going.filter((one) => one !== going);
  }
}
