import { describe, expect, it } from "vitest";
import { addHolidays } from "../../src/features/holidays.js";
import type { Frame } from "../../src/series/frame.js";
import type { Frequency } from "../../src/series/grid.js";
import { dailyPanel } from "../support/panels.js";

function frameOf(frequency: Frequency, start: number, length: number, zone = "UTC"): Frame {
  const frame = dailyPanel(new Float64Array(length));
  return { ...frame, grid: { frequency, zone }, series: [{ ...frame.series[0]!, start }] };
}

async function holidays(frame: Frame, place: string, horizon = 0): Promise<number[]> {
  const { series } = await addHolidays(frame, [place], horizon);
  return [...series[0]!.covariates![0]!];
}

const day: Frequency = { kind: "day", count: 1 };

describe("addHolidays", () => {
  it("marks public holidays, of the horizon too", async () => {
    // Good Friday, Easter Monday: 29 March and 1 April 2024.
    const frame = frameOf(day, Date.UTC(2024, 2, 28), 3);
    expect(await holidays(frame, "de", 3)).toEqual([0, 1, 0, 0, 1, 0]);
  });

  it("knows the holidays of a region", async () => {
    // Epiphany is one in Bavaria, not in Berlin.
    const frame = frameOf(day, Date.UTC(2024, 0, 6), 1);
    expect(await holidays(frame, "DE-BY")).toEqual([1]);
    expect(await holidays(frame, "DE-BE")).toEqual([0]);
  });

  it("goes by the wall clock of the zone", async () => {
    const hour: Frequency = { kind: "fixed", ms: 3_600_000 };
    // 23:00 UTC on New Year's Eve is New Year in Berlin.
    const eve = Date.UTC(2023, 11, 31, 22);
    expect(await holidays(frameOf(hour, eve, 2, "Europe/Berlin"), "DE")).toEqual([0, 1]);
    expect(await holidays(frameOf(hour, eve, 3), "DE")).toEqual([0, 0, 1]);
  });

  it("counts the holidays of a week, and of a month however it is named", async () => {
    expect(await holidays(frameOf({ kind: "week", count: 1 }, Date.UTC(2024, 2, 25), 2), "DE")).toEqual([1, 1]);
    // May 2024: Labour Day, Ascension, Whit Monday; June: none.
    const months = [3, 0];
    expect(await holidays(frameOf({ kind: "month", count: 1, anchor: "day" }, Date.UTC(2024, 4, 1), 2), "DE")).toEqual(
      months,
    );
    expect(await holidays(frameOf({ kind: "month", count: 1, anchor: "end" }, Date.UTC(2024, 4, 31), 2), "DE")).toEqual(
      months,
    );
  });

  it("keeps what the frame has, and reckons its places anew for a longer horizon", async () => {
    const once = await addHolidays(frameOf(day, Date.UTC(2024, 11, 24), 1), ["DE", "US"], 0);
    const longer = await addHolidays(once, [], 2);
    expect(longer.covariates).toEqual(once.covariates);
    expect(longer.series[0]!.covariates!.map((values) => [...values])).toEqual([
      [0, 1, 1],
      [0, 1, 0],
    ]);
  });

  it("says which places there are", async () => {
    const frame = frameOf(day, Date.UTC(2024, 0, 1), 1);
    await expect(addHolidays(frame, ["XX"], 0)).rejects.toThrow("there is no country XX");
    await expect(addHolidays(frame, ["DE-XX"], 0)).rejects.toThrow("there is no region XX");
  });
});
