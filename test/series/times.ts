// Zones and instants that the tests of time share.
import fc from "fast-check";

export const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"] as const;

const from = Date.UTC(1990, 0, 1);
const to = Date.UTC(2035, 0, 1);
const hour = 3_600_000;

/** Days on which clocks are changed in one zone or another. */
const changes = [
  Date.UTC(2024, 2, 10),
  Date.UTC(2024, 2, 31),
  Date.UTC(2024, 3, 6),
  Date.UTC(2024, 9, 5),
  Date.UTC(2024, 9, 27),
  Date.UTC(2024, 10, 3),
];

/** Whole seconds, many of them near a change of clocks. */
export const instants = fc.oneof(
  fc.integer({ min: from / 1000, max: to / 1000 }).map((seconds) => seconds * 1000),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -30, max: 60 }))
    .map(([change, halfHours]) => change + (halfHours * hour) / 2),
);
