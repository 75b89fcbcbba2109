/** Files for a line of a consult: uploaded to the conversation, kept until the line is handed in. */
import { useRef, useState } from "react";
import type { Attachment } from "@/api/types";
import { useUploads } from "../files";
import { useKept } from "./kept";

function read(text: string): Attachment[] {
  try {
    return JSON.parse(text || "[]") as Attachment[];
  } catch {
    return [];
  }
}

/** What is ready to go with what is being written here, and how to begin anew after it has gone. */
export function useConsultFiles(account: string, place: string, conversation: string) {
  const [kept, keep] = useKept(account, `${place}.files`);
  const [files, setFiles] = useState(() => read(kept));
  // An upload ends later: it adds to what is there by then.
  const now = useRef(files);
  const put = (change: (list: Attachment[]) => Attachment[]) => {
    now.current = change(now.current);
    setFiles(now.current);
    keep(now.current.length > 0 ? JSON.stringify(now.current) : "");
  };
  return { ...useUploads(conversation, place, files, put), clear: () => put(() => []) };
}
