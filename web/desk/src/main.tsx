import "@ui/font.css";
import "@ui/tokens.css";
import "@ui/base.css";
import "@ui/ui.css";
import "./app/app.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onSignedOut } from "@/api/client";
import { preferredLocale, speak, useLocale } from "@/i18n";
import { ControlsLanguage } from "@ui/locale";
import { Tips } from "@ui/tips";
import { makeRouter } from "./app/router";

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: 1, refetchOnWindowFocus: false } },
});
onSignedOut(() => queries.setQueryData(["session"], null));

await speak(preferredLocale());
const router = makeRouter(queries);

function Desk() {
  return (
    <ControlsLanguage locale={useLocale()}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Tips />
      </QueryClientProvider>
    </ControlsLanguage>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Desk />
  </StrictMode>,
);
