import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Checkpoint, packTraining, type SavedTraining, savedTrainingSchema } from "../../src/fit/checkpoint.js";
import { chooseSettings, type NetworkSpec } from "../../src/fit/defaults.js";
import { type Fit, fitNetwork } from "../../src/fit/fit.js";
import { kernelTrainers } from "../../src/fit/kernel-trainer.js";
import type { LoopContext } from "../../src/fit/loop.js";
import { openTensorTrainers } from "../../src/fit/tensor-trainer.js";
import type { OpenTrainer } from "../../src/fit/trainer.js";
import { dailyFrame } from "../evaluate/frames.js";
import { startTestEngine } from "../support/engine.js";

const season = Float64Array.from({ length: 70 }, (_, t) => 10 + t / 7 + 4 * Math.sin((2 * Math.PI * t) / 7) + (t % 5));
const frame = dailyFrame(
  season,
  season.map((value, t) => (t % 11 === 0 ? Number.NaN : 2 * value)),
);
const horizon = 3;

const spec: NetworkSpec = {
  cell: "gru",
  plain: false,
  seed: 5,
  layers: [5, 4],
  window: 8,
  epochs: 6,
  batch: 32,
  dropout: 0.2,
  patience: 2,
  weightDecay: 0.01,
};
/** Steps of the rehearsal and of the final training together are fewer. */
const mostSteps = 60;

class Killed extends Error {}

interface Interruption {
  /** The step, counted from this run's beginning, that the run does not get to. */
  readonly atStep: number;
  /** A signal is seen, and what is done is kept; a kill is not. */
  readonly kind: "signal" | "kill";
}

/** Keeps trainings as the text that a file would hold. */
function memoryCheckpoint(kept: Map<string, string>, keepEvery: number, stop: Interruption | undefined) {
  const interruption = new AbortController();
  let steps = 0;
  const checkpoint: Checkpoint = {
    open(key) {
      const text = kept.get(key);
      return {
        saved: text === undefined ? undefined : savedTrainingSchema.parse(JSON.parse(text)),
        isDue() {
          steps++;
          if (steps === stop?.atStep && stop.kind === "kill") throw new Killed();
          if (steps === stop?.atStep) interruption.abort(new Killed());
          return steps % keepEvery === 0;
        },
        async keep(saved: SavedTraining) {
          kept.set(key, JSON.stringify(packTraining(saved)));
        },
      };
    },
  };
  return { checkpoint, signal: interruption.signal, steps: () => steps };
}

function train(given: NetworkSpec, createTrainer: OpenTrainer, own: Partial<LoopContext>): Promise<Fit> {
  return fitNetwork(frame, chooseSettings(frame, horizon, [7], given), {
    createTrainer,
    notify: () => {},
    signal: new AbortController().signal,
    isTimeUp: () => false,
    onEpoch: () => {},
    ...own,
  });
}

/** Starts again after each interruption, and once more to the end. */
async function fitInterrupted(
  given: NetworkSpec,
  createTrainer: OpenTrainer,
  keepEvery: number,
  interruptions: readonly Interruption[],
): Promise<Fit> {
  const kept = new Map<string, string>();
  for (const stop of interruptions) {
    const { checkpoint, signal } = memoryCheckpoint(kept, keepEvery, stop);
    try {
      return await train(given, createTrainer, { checkpoint, signal });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  return train(given, createTrainer, { checkpoint: memoryCheckpoint(kept, keepEvery, undefined).checkpoint });
}

const anyInterruption = fc.record({
  atStep: fc.integer({ min: 1, max: mostSteps }),
  kind: fc.constantFrom("signal" as const, "kill" as const),
});
const anyInterruptions = fc.array(anyInterruption, { minLength: 1, maxLength: 3 });

let tensorTrainers: OpenTrainer;
beforeAll(async () => {
  await startTestEngine();
  tensorTrainers = await openTensorTrainers();
});

describe("a training that was interrupted and goes on ends as if it had not been", () => {
  test.each([
    ["with early stopping and dropout", spec, () => kernelTrainers(1).create, 40],
    // Steps so large that epochs are taken back: the rate is halved some times before one is kept.
    [
      "after the loss blew up",
      { ...spec, loss: "mse", learningRate: 40, schedule: "constant" },
      () => kernelTrainers(1).create,
      20,
    ],
    ["through TensorFlow.js", { ...spec, layers: [3], epochs: 3 }, () => tensorTrainers, 8],
  ] as const)("%s", async (name, given, open, numRuns) => {
    const warnings: string[] = [];
    const whole = await train(given, open(), { notify: ({ text }) => warnings.push(text) });
    expect(warnings.length > 0).toBe(name === "after the loss blew up");
    await fc.assert(
      fc.asyncProperty(anyInterruptions, fc.integer({ min: 1, max: 9 }), async (interruptions, keepEvery) => {
        expect(await fitInterrupted(given, open(), keepEvery, interruptions)).toEqual(whole);
      }),
      { numRuns },
    );
  });

  test("at the border of every step, in the rehearsal and in the final training", async () => {
    const { create } = kernelTrainers(1);
    const whole = await train(spec, create, {});
    const counted = memoryCheckpoint(new Map(), 1, undefined);
    await train(spec, create, { checkpoint: counted.checkpoint });
    expect(counted.steps()).toBeGreaterThan(whole.network.record.stepCount);
    expect(counted.steps()).toBeLessThan(mostSteps);
    for (let atStep = 1; atStep <= counted.steps(); atStep++)
      expect(await fitInterrupted(spec, create, 1, [{ atStep, kind: "kill" }]), `step ${atStep}`).toEqual(whole);
  });

  test("without the steps that were done before the signal being taken again", async () => {
    const { create } = kernelTrainers(1);
    const kept = new Map<string, string>();
    const never = mostSteps;
    const whole = memoryCheckpoint(new Map(), never, undefined);
    await train(spec, create, { checkpoint: whole.checkpoint });
    const cut = memoryCheckpoint(kept, never, { atStep: 10, kind: "signal" });
    await expect(train(spec, create, cut)).rejects.toThrow(Killed);
    const rest = memoryCheckpoint(kept, never, undefined);
    await train(spec, create, { checkpoint: rest.checkpoint });
    // The step at which the signal comes is taken to its end.
    expect(rest.steps()).toBe(whole.steps() - 10);
  });

  test("and is not trained again when it is done", async () => {
    const kept = new Map<string, string>();
    const { create } = kernelTrainers(1);
    const whole = await train(spec, create, { checkpoint: memoryCheckpoint(kept, 1, undefined).checkpoint });
    const again = memoryCheckpoint(kept, 1, undefined);
    expect(await train(spec, create, { checkpoint: again.checkpoint })).toEqual(whole);
    expect(again.steps()).toBe(0);
  });
});

test("a training of another seed, size, rate or other data has another key", async () => {
  const keyOf = async (given: NetworkSpec, data = frame) => {
    const keys: string[] = [];
    const checkpoint: Checkpoint = {
      open(key) {
        keys.push(key);
        return { saved: undefined, isDue: () => false, keep: async () => {} };
      },
    };
    await fitNetwork(data, chooseSettings(data, horizon, [7], given), {
      createTrainer: kernelTrainers(1).create,
      notify: () => {},
      signal: new AbortController().signal,
      isTimeUp: () => false,
      onEpoch: () => {},
      checkpoint,
    });
    expect(new Set(keys).size).toBe(2);
    return keys;
  };
  const short = { ...spec, epochs: 2 };
  const changed = dailyFrame(...frame.series.map(({ values }) => values.map((v, t) => (t === 69 ? v + 1 : v))));
  const keys = [
    ...(await keyOf(short)),
    ...(await keyOf({ ...short, seed: 6 })),
    ...(await keyOf({ ...short, layers: [5, 3] })),
    ...(await keyOf({ ...short, learningRate: 0.004 })),
    ...(await keyOf(short, changed)),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(await keyOf(short)).toEqual(keys.slice(0, 2));
});
