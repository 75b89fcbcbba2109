/** What planning asks the server for. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Forecast, ForecastDetail, Ledger, Page, Requirement } from "@/api/types";

/** The forecasts of a queue, looked at again each second while one is being made. */
export function useForecasts(queue: string | undefined) {
  return useQuery({
    queryKey: ["plan", "forecasts", queue],
    queryFn: () => api.get<Page<Forecast>>("/workforce/forecasts", { query: { queue_id: queue!, limit: 20 } }),
    enabled: queue !== undefined,
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state === "asked") ? 1_000 : false),
  });
}

export function useDay(forecast: Forecast | undefined, day: string | undefined) {
  return useQuery({
    queryKey: ["plan", "day", forecast?.id, forecast?.v, day],
    queryFn: () => api.get<ForecastDetail>(`/workforce/forecasts/${forecast!.id}`, { query: { day: day! } }),
    enabled: forecast?.state === "made" && day !== undefined,
    placeholderData: (before: ForecastDetail | undefined) => before,
  });
}

export interface Wish {
  service_level: number;
  target_s: number;
  aht_s: number | null;
  away: number;
}

export function useRequirement(forecast: Forecast | undefined, day: string | undefined, wish: Wish) {
  return useQuery({
    queryKey: ["plan", "required", forecast?.id, forecast?.v, day, wish],
    queryFn: () =>
      api.post<Requirement>(`/workforce/forecasts/${forecast!.id}/requirement`, {
        day,
        service_level: wish.service_level,
        target_s: wish.target_s,
        aht_s: wish.aht_s,
        shrinkage: wish.away > 0 ? { away: wish.away } : {},
      }),
    enabled: forecast?.state === "made" && day !== undefined,
    retry: false,
    placeholderData: (before: Requirement | undefined) => before,
  });
}

export function useAccuracy(queue: string | undefined) {
  return useQuery({
    queryKey: ["plan", "accuracy", queue],
    queryFn: () => api.get<Ledger[]>("/workforce/accuracy", { query: { queue_id: queue! } }),
    enabled: queue !== undefined,
    retry: false,
  });
}

/** Has everything of planning read again. */
export function useAgain(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["plan"] });
}
