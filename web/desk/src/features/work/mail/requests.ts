/** The requests of mail at the desk. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { MessageMail, MailRecipients } from "@/api/types";

export function mailQuery(message: string) {
  return queryOptions({
    queryKey: ["mail", "message", message],
    queryFn: ({ signal }) => api.get<MessageMail>(`/mail/messages/${message}`, { signal }),
    staleTime: Infinity,
  });
}

export function recipientsQuery(conversation: string, lastSeq: number) {
  return queryOptions({
    queryKey: ["mail", "recipients", conversation, lastSeq],
    queryFn: ({ signal }) => api.get<MailRecipients>(`/mail/conversations/${conversation}/recipients`, { signal }),
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
}

export function mailUrl(message: string, what: "source" | "html", query = ""): string {
  return `/api/v1/mail/messages/${message}/${what}${query}`;
}
