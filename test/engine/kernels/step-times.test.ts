import { expect, test } from "vitest";
import { typedArrayKernels } from "../../../src/engine/kernels/fused/typed-arrays.js";
import { timeSteps } from "../../../src/engine/kernels/step-times.js";

const size = [2, 3, 1, 2] as const;
/** Of another kind, so that threads are timed too; typed arrays take their number for nothing. */
const threaded = { ...typedArrayKernels, name: "threaded", kind: "wasm" } as const;

/** Ten milliseconds between looks. */
function steadyClock(): () => number {
  let looks = 0;
  return () => 10 * looks++;
}

function context(signal = new AbortController().signal) {
  const done: number[] = [];
  return { done, clock: steadyClock(), signal, onCase: (count: number) => void done.push(count) };
}

test("each implementation is timed with each cell and size, and with all threads where it has them", async () => {
  const sizes = [size, [1, 1, 2, 1]] as const;
  const times = await timeSteps([typedArrayKernels, threaded], 3, sizes, context());
  const expected = sizes.flatMap((timed) =>
    ["rnn", "lstm", "gru"].flatMap((cell) => [
      ["js", cell, timed, 1],
      ["threaded", cell, timed, 1],
      ["threaded", cell, timed, 3],
    ]),
  );
  expect(times.map(({ implementation, cell, size, threads }) => [implementation, cell, size, threads])).toEqual(
    expected,
  );
});

test("a time is that of one step by the clock it is given", async () => {
  const times = await timeSteps([typedArrayKernels], 1, [size], context());
  expect(times.map(({ medianMs }) => medianMs)).toEqual([10, 10, 10]);
});

test("where there is one thread, no implementation is timed twice", async () => {
  expect(await timeSteps([threaded], 1, [size], context())).toHaveLength(3);
});

test("progress is told before each cell and size", async () => {
  const told = context();
  await timeSteps([typedArrayKernels], 1, [size, size], told);
  expect(told.done).toEqual([0, 1, 2, 3, 4, 5]);
});

test("an interruption ends it with its reason, and closes every network that was opened", async () => {
  let open = 0;
  const counted = {
    ...typedArrayKernels,
    openNetwork(shape: Parameters<typeof typedArrayKernels.openNetwork>[0]) {
      open++;
      return { ...typedArrayKernels.openNetwork(shape), close: () => void open-- };
    },
  };
  const controller = new AbortController();
  const clock = steadyClock();
  const timing = timeSteps([counted], 1, [size], {
    ...context(controller.signal),
    clock() {
      controller.abort(new Error("Ctrl-C"));
      return clock();
    },
  });
  await expect(timing).rejects.toThrow("Ctrl-C");
  expect(open).toBe(0);
});
