import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isoSpeller, suggestOrder } from "../../src/series/date-order.js";
import { stampReader } from "../../src/series/stamp.js";

const orders = ["dmy", "mdy", "ymd"] as const;

/** Whatever the order of dates. */
function expectStamp(text: string, iso: string): void {
  for (const order of [undefined, ...orders]) expect(isoSpeller(order)(text)).toBe(iso);
  expect(stampReader("UTC")(iso)).not.toBeNaN();
}

describe("isoSpeller", () => {
  test.each([
    ["dmy", "31/01/2024", "2024-01-31"],
    ["dmy", " 3.1.2024 ", "2024-01-03"],
    ["dmy", "31-12-2024 7:05", "2024-12-31 07:05"],
    ["dmy", "31.12.2024, 17:05:09,250", "2024-12-31 17:05:09,250"],
    ["mdy", "1/31/2024", "2024-01-31"],
    ["mdy", "1/31/2024 12:00 AM", "2024-01-31 00:00"],
    ["mdy", "1/31/2024 12:30:00 p.m.", "2024-01-31 12:30:00"],
    ["mdy", "1/31/2024 3:05pm", "2024-01-31 15:05"],
    ["mdy", "01/31/2024T03:05:00z", "2024-01-31 03:05:00Z"],
    ["ymd", "2024/1/31", "2024-01-31"],
    ["ymd", "20240131", "2024-01-31"],
    ["ymd", "202401", "2024-01"],
    ["dmy", "31012024", "2024-01-31"],
    ["dmy", "1022024", "2024-02-01"],
    ["mdy", "01312024", "2024-01-31"],
    ["ymd", "2024.01.31 03:05+02:00", "2024-01-31 03:05+02:00"],
  ] as const)("%s: %s is %s", (order, text, iso) => {
    expect(isoSpeller(order)(text)).toBe(iso);
    expect(stampReader("UTC")(iso)).not.toBeNaN();
  });

  test.each([
    ["31 Jan 2024", "2024-01-31"],
    ["31-JAN-2024", "2024-01-31"],
    ["3rd September 2024, 7:05 pm", "2024-09-03 19:05"],
    ["Jan 31, 2024", "2024-01-31"],
    ["Sept. 3 2024", "2024-09-03"],
    ["December 2024", "2024-12"],
    ["Feb-2024", "2024-02"],
    ["2024 Jan", "2024-01"],
    ["2024-May-3", "2024-05-03"],
    ["2024 Jun 3 04:00Z", "2024-06-03 04:00Z"],
    ["Mon 01 Jan 2024", "2024-01-01"],
    ["Wednesday, January 31, 2024", "2024-01-31"],
    ["Wed, 31 Jan 2024 10:00:00 +0000", "2024-01-31 10:00:00+0000"],
  ])("a month by its name, in any order: %s is %s", expectStamp);

  test.each([
    ["20240101T000000Z", "2024-01-01 00:00:00Z"],
    ["20240131T0305+0200", "2024-01-31 03:05+0200"],
    ["20240131T030509.250", "2024-01-31 03:05:09.250"],
    ["20240131T03", "2024-01-31 03:00"],
    ["2023W01", "2023-W01"],
    ["2023-W01-1", "2023-01-02"],
    ["2024W017", "2024-01-07"],
    ["2025-W01-1", "2024-12-30"],
  ])("ISO 8601 in a rarer form: %s is %s", expectStamp);

  test.each(["2023-W53-1", "2023-W00-1", "20240230T000000Z", "20240101T250000Z"])("%s gives no stamp", (text) => {
    expect(stampReader("UTC")(isoSpeller(undefined)(text))).toBeNaN();
  });

  test.each(["Jan-24", "31 Jan 24", "Janu 2024", "Jan 2024 04:00", "May", "sold 2024", "31 noon 2024", "2024 W05"])(
    "%s is no date that names its month",
    (text) => {
      expect(isoSpeller(undefined)(text)).toBe(text);
    },
  );

  test.each([
    ["dmy", "2024-01-31"],
    ["mdy", "2024-01-31T12:00:00Z"],
    ["ymd", "31/01/2024"],
    ["dmy", "31/01/24"],
    ["dmy", "31/01.2024"],
    ["dmy", "31/01/2024 noon"],
    ["ymd", "202"],
    ["ymd", "2024013"],
    ["dmy", "7"],
    ["dmy", ""],
  ] as const)("%s leaves %s as it is", (order, text) => {
    expect(isoSpeller(order)(text)).toBe(text);
  });

  test("an hour that a half of the day does not have gives no stamp", () => {
    for (const hour of [0, 13, 24]) expect(stampReader("UTC")(isoSpeller("mdy")(`1/31/2024 ${hour}:00 PM`))).toBeNaN();
  });

  test("a cell that is far too long for a date is left alone at once", () => {
    const text = `31 Jan 2024 10:00${" ".repeat(200_000)}x`;
    const began = performance.now();
    for (const order of [undefined, ...orders]) expect(isoSpeller(order)(text)).toBe(text);
    expect(suggestOrder([`31/01/2024 10:00${" ".repeat(200_000)}x`])).toBe("");
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test("every instant comes back, in each order and with each mark", () => {
    const minutes = fc.integer({ min: Date.UTC(1900, 0, 1) / 60_000, max: Date.UTC(2200, 0, 1) / 60_000 });
    fc.assert(
      fc.property(
        minutes,
        fc.constantFrom(...orders),
        fc.constantFrom("/", ".", "-"),
        fc.boolean(),
        fc.boolean(),
        (minute, order, mark, isPadded, hasHalves) => {
          const date = new Date(minute * 60_000);
          const padded = (value: number) => String(value).padStart(isPadded ? 2 : 1, "0");
          const parts = {
            y: String(date.getUTCFullYear()),
            m: padded(date.getUTCMonth() + 1),
            d: padded(date.getUTCDate()),
          };
          const hour = date.getUTCHours();
          const clock = `${padded(hasHalves ? hour % 12 || 12 : hour)}:${String(date.getUTCMinutes()).padStart(2, "0")}`;
          const text = `${[...order].map((part) => parts[part as keyof typeof parts]).join(mark)} ${clock}${hasHalves ? (hour < 12 ? " AM" : " PM") : ""}`;
          expect(stampReader("UTC")(isoSpeller(order)(text))).toBe(minute * 60_000);
        },
      ),
    );
  });
});

describe("suggestOrder", () => {
  test.each([
    [["1/2/2024", "1/3/2024"], "--date-order dmy or mdy"],
    [["1/2/2024", "13/2/2024"], "--date-order dmy"],
    [["1/2/2024", "2/13/2024"], "--date-order mdy"],
    [["2024/01/02"], "--date-order ymd"],
    [["20240102", "20240103"], "--date-order ymd"],
    [["01022024", "02022024"], "--date-order dmy or mdy"],
    [["1022024", "31012024"], "--date-order dmy"],
    [["01021024"], ""],
    [["13/2/2024", "2/13/2024"], ""],
    [["2024-01-02"], ""],
    [["17"], ""],
    [["202401"], ""],
    [[], ""],
  ])("%j: %s", (cells, flag) => {
    expect(suggestOrder(cells)).toBe(flag);
  });
});
