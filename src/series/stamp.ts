// Time stamps as text. In: a cell of the time column. Out: an instant (epoch milliseconds, or the integer), and the style to
// write later stamps in, so that a date stays a date and an offset stays an offset.

export type TimeStyle =
  | { readonly kind: "integer" }
  /** "2024-01" */
  | { readonly kind: "month" }
  /** "2024-01-31" */
  | { readonly kind: "date" }
  | {
      readonly kind: "datetime";
      readonly separator: "T" | " ";
      readonly precision: "minute" | "second" | "millisecond";
      /** "none": no offset is written; "Z"; "offset": the zone's own offset at that instant, as +02:00. */
      readonly offset: "none" | "Z" | "offset";
    };
