import { describe, expect, it } from "vitest";
import type { AdminChannel } from "@/api/types";
import providers from "@/features/admin/mail-providers.json";
import { mailSettings, mailValues } from "@/features/admin/mailbox-fields";

const mailbox = (settings: Record<string, unknown>) => ({ kind: "email", settings }) as unknown as AdminChannel;
const signed = (row: AdminChannel) => mailSettings({ ...mailValues(row), signature: "Luce" }, row);
const base = { address: "aiuto@luce.example", name: "Luce", signature: "" };
const { microsoft } = providers;

describe("the settings of a mailbox that is edited", () => {
  it("stay as they are but for what was typed", () => {
    const settings = {
      ...base,
      imap: { host: "imap.luce.example", port: 993, security: "tls", user: "posta", folder: "Aiuto" },
      smtp: { host: "relay.luce.example", port: 25, security: "none", user: "" },
    };
    expect(signed(mailbox(settings))).toEqual({ ...settings, signature: "Luce" });
    const row = mailbox({ ...settings, imap: undefined });
    expect((signed(row).smtp as { user: string }).user).toBe("");
  });

  it("name the user anew on the servers that had the old one", () => {
    const imap = { host: "imap.luce.example", port: 993, security: "tls", user: "posta" };
    const smtp = { host: "smtp.luce.example", port: 587, security: "starttls", user: "posta" };
    const users = (row: AdminChannel) => {
      const kept = mailSettings({ ...mailValues(row), user: "nuovo" }, row) as { imap: typeof imap; smtp: typeof smtp };
      return [kept.imap.user, kept.smtp.user];
    };
    expect(users(mailbox({ ...base, imap, smtp }))).toEqual(["nuovo", "nuovo"]);
    expect(users(mailbox({ ...base, imap, smtp: { ...smtp, user: "altro" } }))).toEqual(["nuovo", "altro"]);
  });

  it("are a provider's only where they are what it has", () => {
    const oauth = { ...microsoft.oauth, client_id: "luce" };
    const of = (more: Record<string, unknown>) =>
      mailbox({ ...base, oauth, imap: { ...microsoft.imap, user: "a@b" }, smtp: { ...microsoft.smtp, user: "a@b" }, ...more });
    expect(mailValues(of({})).provider).toBe("microsoft");
    for (const other of [
      { oauth: { ...oauth, scope: "https://outlook.office.com/IMAP.AccessAsUser.All" } },
      { smtp: { ...microsoft.smtp, host: "relay.luce.example", user: "" } },
      { smtp: undefined },
    ]) {
      const row = of(other);
      expect(mailValues(row).provider).toBe("other");
      expect(signed(row)).toEqual({ ...JSON.parse(JSON.stringify(row.settings)), signature: "Luce" });
    }
  });
});

it("a new mailbox signs in by its address unless a user is named", () => {
  const values = { ...mailValues(null), address: "a@luce.example", imap_host: "imap.luce.example", smtp_host: "smtp.luce.example" };
  expect(mailSettings(values, null)).toMatchObject({ imap: { user: "a@luce.example" }, smtp: { user: "a@luce.example" } });
});
