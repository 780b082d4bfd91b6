import { expect, test } from "vitest";
import { catalog } from "../../src/base/catalog.js";
import { HindcastError } from "../../src/base/errors.js";

const colours = catalog<number, "red" | "blue">("colour", { red: 1, blue: 2 });

test("a catalog finds its entries and keeps their order", () => {
  expect(colours.names).toEqual(["red", "blue"]);
  expect(colours.get("blue")).toBe(2);
  expect(colours.has("green")).toBe(false);
});

test("an unknown name is a usage error that lists the names, also for names every object has", () => {
  for (const name of ["green", "__proto__", "toString", "constructor"]) {
    const attempt = () => colours.get(name);
    expect(attempt).toThrow(HindcastError);
    expect(attempt).toThrow(`there is no colour "${name}"`);
  }
});
