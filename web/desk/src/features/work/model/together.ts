/** How two devices' versions of one draft come together, from what both of them had before. */
import type { Attachment, Closing } from "@/api/types";
import type { Lines } from "../mail/model";
import type { About, Words } from "./drafts";

export const noWords: Words = { text: "", attachments: [], about: null, envelope: null, other: null, closing: null };

function sameLines(one: Lines | null, other: Lines | null): boolean {
  return one?.to === other?.to && one?.cc === other?.cc && one?.bcc === other?.bcc;
}

function sameAbout(one: About | null, other: About | null): boolean {
  const ids = (about: About | null) => about?.attachment_ids.toSorted().join();
  return one?.message_id === other?.message_id && one?.whole === other?.whole && ids(one) === ids(other);
}

const fields = ["outcome", "reason1", "reason2", "promise", "until"] as const;

function sameClosing(one: Closing | null, other: Closing | null): boolean {
  // The server writes a moment in another way.
  const at = (until: string | null | undefined) => (until ? Date.parse(until) : null);
  return fields.every((name) => (name === "until" ? at(one?.until) === at(other?.until) : one?.[name] === other?.[name]));
}

/** Field by field: what only one has changed is taken. A reason of the second level goes with its first. */
function closingTogether(base: Closing | null, mine: Closing | null, theirs: Closing | null): Closing | null {
  if (!mine || !theirs) return sameClosing(mine, base) ? theirs : mine;
  const kept = (name: (typeof fields)[number]) => (mine[name] === (base?.[name] ?? null) ? theirs : mine);
  const why = kept("reason1") === mine && kept("reason2") === mine ? mine : kept("reason1");
  return { outcome: kept("outcome").outcome, reason1: why.reason1, reason2: why.reason2, promise: kept("promise").promise, until: kept("until").until };
}

export function sameWords(one: Words, other: Words): boolean {
  const files = ({ attachments }: Words) => attachments.map(({ id }) => id).toSorted().join();
  return (
    one.text === other.text &&
    one.other === other.other &&
    sameLines(one.envelope, other.envelope) &&
    sameAbout(one.about, other.about) &&
    sameClosing(one.closing, other.closing) &&
    files(one) === files(other)
  );
}

/** What either has added stays, unless one of them has taken it away by hand. */
function filesTogether(base: readonly Attachment[], mine: readonly Attachment[], theirs: readonly Attachment[]): Attachment[] {
  const within = (files: readonly Attachment[], file: Attachment) => files.some(({ id }) => id === file.id);
  return [
    ...mine.filter((file) => within(theirs, file) || !within(base, file)),
    ...theirs.filter((file) => !within(mine, file) && !within(base, file)),
  ];
}

/** Each text once, none that stands within the field or within another of them. */
function besides(text: string, others: readonly (string | null)[]): string | null {
  const told = others.filter((one): one is string => one !== null && one.trim() !== "" && !text.includes(one));
  const longest = told.filter((one, at) => !told.some((two, i) => i !== at && two.includes(one) && (two !== one || i < at)));
  return longest.join("\n\n") || null;
}

/**
 * Brings `mine` and `theirs` together, both begun from `base`: what only one has changed is taken. A
 * text that both have changed stays as it is written here, with the other one beside it.
 */
export function together(base: Words, mine: Words, theirs: Words): Words {
  const both = mine.text !== base.text && theirs.text !== base.text;
  const text = mine.text === base.text ? theirs.text : mine.text;
  const put = mine.other === base.other ? [theirs.other] : theirs.other === base.other ? [mine.other] : [mine.other, theirs.other];
  return {
    text,
    other: besides(text, both ? [...put, theirs.text] : put),
    envelope: sameLines(mine.envelope, base.envelope) ? theirs.envelope : mine.envelope,
    about: sameAbout(mine.about, base.about) ? theirs.about : mine.about,
    closing: closingTogether(base.closing, mine.closing, theirs.closing),
    attachments: filesTogether(base.attachments, mine.attachments, theirs.attachments),
  };
}
