// A series in a line of text. In: numbers. Out: a bar a number, from the lowest to the highest.

const bars = "▁▂▃▄▅▆▇█";

/** @param values [time] NaN = nothing known, which is a space */
export function sparkline(values: Float64Array): string {
  const known = values.filter((value) => !Number.isNaN(value));
  const min = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const max = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const barOf = (value: number) => {
    if (Number.isNaN(value)) return " ";
    // What never moves is drawn in the middle.
    const share = max > min ? (value - min) / (max - min) : 0.5;
    return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))]!;
  };
  return Array.from(values, barOf).join("");
}
