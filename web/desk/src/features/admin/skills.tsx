import type { Skill, Team } from "@/api/types";
import { t } from "@/i18n";
import type { Resource } from "./model";

/** The catalogue that queues ask for and operators have. */
export const skills: Resource<Skill, { code: string; name: string }> = {
  section: "skills",
  path: "/skills",
  read: "people.manage",
  write: "people.manage",
  icon: "star",
  title: () => t("admin.skills"),
  add: () => t("admin.skills.add"),
  empty: () => t("admin.skills.empty"),
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("admin.code"), cell: (row) => row.code },
  ],
  values: (row) => ({ code: row?.code ?? "", name: row?.name ?? "" }),
  groups: () => [
    {
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), required: true, max: 200 },
        {
          kind: "text", name: "code", label: t("admin.code"), hint: t("admin.code.hint"), required: true, fixed: true,
          pattern: /^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/, wrong: t("admin.error.bad_code"),
        },
      ],
    },
  ],
  save: ({ code, name }, row, via) =>
    row ? via.patch<Skill>(`/skills/${row.id}`, { name }) : via.post<Skill>("/skills", { code, name }),
  remove: (row, via) => via.delete(`/skills/${row.id}`),
  fieldOf: { "people.code_taken": "code", "people.name_taken": "name" },
};

export const teams: Resource<Team, { name: string }> = {
  section: "teams",
  path: "/teams",
  read: "people.manage",
  write: "people.manage",
  icon: "users",
  title: () => t("admin.teams"),
  add: () => t("admin.teams.add"),
  empty: () => t("admin.teams.empty"),
  name: (row) => row.name,
  columns: () => [{ title: t("admin.name"), cell: (row) => row.name }],
  values: (row) => ({ name: row?.name ?? "" }),
  groups: () => [{ fields: [{ kind: "text", name: "name", label: t("admin.name"), required: true, max: 200 }] }],
  save: (values, row, via) => (row ? via.patch<Team>(`/teams/${row.id}`, values) : via.post<Team>("/teams", values)),
  remove: (row, via) => via.delete(`/teams/${row.id}`),
  fieldOf: { "people.name_taken": "name" },
};
