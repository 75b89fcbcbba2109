/** As what somebody speaks for a customer, in words. */
import type { CustomerLink } from "@/api/types";
import { msg } from "@/i18n";

export const roles: Record<CustomerLink["role"], string> = {
  relative: msg("aside.relative"),
  administrator: msg("aside.administrator"),
  delegate: msg("aside.delegate"),
  guardian: msg("aside.guardian"),
};
