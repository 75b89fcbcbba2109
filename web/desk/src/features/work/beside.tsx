import { Suspense } from "react";
import type { ConversationDetail, ConversationRow } from "@/api/types";
import { useComing } from "@/keys/react";
import { latePart } from "./late-part";

const ContextPane = latePart(async () => (await import("./context")).ContextPane);

/** Says nothing: a word at every step would drown what is read out of the conversation. */
function Waiting() {
  useComing("tag");
  return (
    <div className="context stack" aria-hidden="true">
      {[0, 1, 2, 3, 4].map((line) => (
        <div key={line} className="skeleton" />
      ))}
    </div>
  );
}

interface Props {
  row: ConversationRow;
  detail: ConversationDetail | undefined;
  stays: boolean;
}

/**
 * What helps beside a conversation. It follows once one stays: whoever leafs through ten
 * conversations does not wait for ten customers' cards, and never sees one beside another's words.
 */
export function Beside({ row, detail, stays }: Props) {
  if (!stays) return <Waiting />;
  return (
    <Suspense fallback={<Waiting />}>
      <ContextPane key={row.id} row={row} detail={detail} />
    </Suspense>
  );
}
