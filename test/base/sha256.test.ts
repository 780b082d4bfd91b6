import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";

const lengths = [...Array(200).keys(), 4095, 4096, (1 << 19) - 1, 1 << 19];
/** Of `length` bytes that differ. */
const dataOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 167 + (i >> 8)) & 0xff);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test.each(["auto", "js"])(
  "SHA-256 is that of node:crypto for every length and kind of data, with the kernels %s",
  async (kernels) => {
    vi.stubEnv("HINDCAST_KERNELS", kernels);
    const { sha256 } = await import("../../src/base/sha256.js");
    for (const length of lengths) {
      const data = dataOf(length);
      expect(sha256(data)).toBe(createHash("sha256").update(data).digest("hex"));
    }
    expect(sha256(dataOf(100).subarray(3, 70))).toBe(
      createHash("sha256").update(dataOf(100).subarray(3, 70)).digest("hex"),
    );
    expect(sha256("größer ✓")).toBe(createHash("sha256").update("größer ✓").digest("hex"));
  },
);
