// Regular time grids. In: a frequency, a zone and a series' first stamp. Out: the stamp of any step, and the step of any stamp.

export type Frequency =
  /** Integer time, `step` apart. */
  | { readonly kind: "integer"; readonly step: number }
  /** A fixed number of milliseconds (seconds, minutes, hours): the same length whatever the zone. */
  | { readonly kind: "fixed"; readonly ms: number }
  /** Calendar days in the zone, 23 to 25 hours long, at the same wall-clock time. */
  | { readonly kind: "day"; readonly count: number }
  /** Monday to Friday. */
  | { readonly kind: "business-day" }
  /** Weeks, on the weekday of the first stamp. */
  | { readonly kind: "week"; readonly count: number }
  /** Months (quarters are 3, years 12): on the same day of the month, or on the month's last day. */
  | { readonly kind: "month"; readonly count: number; readonly anchor: "day" | "end" };

export interface Grid {
  readonly frequency: Frequency;
  /** IANA zone whose calendar days, weeks and months follow; "UTC" by default. */
  readonly zone: string;
}
