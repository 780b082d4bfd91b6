// Dots that become characters: braille where the terminal can show it, two by four dots a character, else plain ASCII, a dot a
// character. In: dots on layers. Out: rows of cells, each with a character and the layer that shows.

/** What stands in front of what. */
export const layers = ["band", "observed", "forecast"] as const;
export type Layer = (typeof layers)[number];

export interface Cell {
  readonly character: string;
  /** null where there is nothing. */
  readonly layer: Layer | null;
}

export interface Canvas {
  /** Dots across and down. */
  readonly width: number;
  readonly height: number;
  /** Dots of a character. */
  readonly cell: { readonly width: number; readonly height: number };
  /** A dot outside is left out. @param x from the left @param y from the top */
  set(layer: Layer, x: number, y: number): void;
  rows(): Cell[][];
}

const asciiOf: Readonly<Record<Layer, string>> = { band: ":", observed: "*", forecast: "o" };

/** Bits of a braille character by row and column: U+2800 and the bits of the dots that are raised (Unicode, Braille Patterns). */
const brailleBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** @param columns, rows of characters */
export function createCanvas(columns: number, rows: number, unicode: boolean): Canvas {
  const cell = unicode ? { width: 2, height: 4 } : { width: 1, height: 1 };
  const masks = layers.map(() => new Uint8Array(columns * rows));
  return {
    width: columns * cell.width,
    height: rows * cell.height,
    cell,
    set(layer, x, y) {
      if (x < 0 || y < 0 || x >= columns * cell.width || y >= rows * cell.height) return;
      const at = Math.floor(y / cell.height) * columns + Math.floor(x / cell.width);
      masks[layers.indexOf(layer)]![at]! |= unicode ? brailleBits[y % 4]![x % 2]! : 1;
    },
    rows: () =>
      Array.from({ length: rows }, (_, row) =>
        Array.from({ length: columns }, (_, column): Cell => {
          const own = masks.map((mask) => mask[row * columns + column]!);
          const top = own.findLastIndex((mask) => mask !== 0);
          const layer = layers[top];
          if (layer === undefined) return { character: " ", layer: null };
          if (!unicode) return { character: asciiOf[layer], layer };
          // Lines add up; a band behind a line would only blur it.
          const mask = layer === "band" ? own[0]! : own.slice(1).reduce((a, b) => a | b);
          return { character: String.fromCharCode(0x2800 + mask), layer };
        }),
      ),
  };
}

/** Every dot of the straight line, its ends included (Bresenham 1965). */
export function drawLine(
  from: readonly [number, number],
  to: readonly [number, number],
  set: (x: number, y: number) => void,
): void {
  const count = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  for (let i = 0; i <= count; i++) {
    const share = count === 0 ? 0 : i / count;
    set(Math.round(from[0] + share * (to[0] - from[0])), Math.round(from[1] + share * (to[1] - from[1])));
  }
}
