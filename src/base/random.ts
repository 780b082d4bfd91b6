// Seeded random numbers. In: a seed and a label for what they are for. Out: a stream of its own for each label, so that
// drawing more numbers in one place never changes what another place draws.
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Standard normal, by the polar Box–Muller method. */
  normal(): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** Fisher–Yates, in place. */
  shuffle(values: Int32Array): void;
  /** An independent stream for `label`; the same seed and label give the same stream. */
  fork(label: string): Random;
  /** Where the stream stands. */
  exportState(): number[];
  /** Goes on as the stream did that the state is from. */
  importState(state: readonly number[]): void;
}

/** Numbers of the generator's own state; a spare normal number may follow them. */
export const generatorStateLength = 4;

/** Whether it may be what `exportState` gave. */
export function isRandomState(state: readonly number[]): boolean {
  return state.length >= generatorStateLength && state.length <= generatorStateLength + 1;
}

export function seededRandom(seed: number): Random {
  let generator = xoroshiro128plus(seed | 0);
  let spare: number | undefined;
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s > 0 && s < 1) {
          const factor = Math.sqrt((-2 * Math.log(s)) / s);
          spare = v * factor;
          return u * factor;
        }
      }
    },
    integer: (limit) => uniformInt(generator, 0, limit - 1),
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = uniformInt(generator, 0, i);
        const held = values[i]!;
        values[i] = values[j]!;
        values[j] = held;
      }
    },
    fork: (label) => seededRandom(hashText(label, seed | 0)),
    exportState: () => [...generator.getState(), ...(spare === undefined ? [] : [spare])],
    importState(state) {
      generator = xoroshiro128plusFromState(state.slice(0, generatorStateLength));
      spare = state[generatorStateLength];
    },
  };
}

/** 32-bit FNV-1a over UTF-16 code units, started from `seed`; stable across machines and versions. */
export function hashText(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash | 0;
}
