// Makes the recurrent kernels known to TensorFlow.js: the same two on every backend, and one gradient. In: a backend's name.
// Out: `recurrent` runs there. Values cross as typed arrays, so a backend needs nothing but reading and writing tensors.
import {
  type DataId,
  engine,
  type GradConfig,
  getGradient,
  getKernel,
  type KernelConfig,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  type TensorInfo,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { loadKernels } from "./fused/load.js";
import { backwardKernel, forwardKernel, type RecurrentAttributes } from "./op.js";
import { type RecurrentArrays, stateCount } from "./problem.js";

/** What every backend can do, of which TensorFlow.js passes kernels an untyped one. */
interface Storage {
  readSync(dataId: DataId): Float32Array;
  write(values: Float32Array, shape: number[], dtype: "float32"): DataId;
}

type KernelCall = Parameters<KernelConfig["kernelFunc"]>[0];

/**
 * Registers the kernels for one backend, and their gradient once. Calling it again does nothing.
 *
 * On the native engine too, although TensorFlow has fused operations for an LSTM (BlockLSTMV2, BlockLSTMGradV2), which know no mask,
 * no truncation and no other cell. A step of an LSTM and a dense head with Adam, each of the two within TensorFlow.js's automatic
 * differentiation, in milliseconds (minima of an interleaved run on two AVX-512 cores: `bench/kernels.mjs --cells lstm --impl
 * tensorflow-block,hindcast-tfjs-node`):
 *
 *     B,T,I,H           one thread, both   the add-on, one
 *     32,24,1,32             2.1    2.4          1.8
 *     32,48,1,64             5.4    5.7          4.0
 *     64,96,8,128             60     76           40
 *     256,168,16,256        1561   1351         1286
 */
export function registerRecurrentKernels(backendName: string): void {
  for (const [kernelName, kernelFunc] of [
    [forwardKernel, runForward],
    [backwardKernel, runBackward],
  ] as const)
    if (getKernel(kernelName, backendName) === undefined) registerKernel({ kernelName, backendName, kernelFunc });
  if (getGradient(forwardKernel) === undefined) registerGradient(gradient);
}

/** Inputs: those of `recurrent` in their order. Outputs: states, tape. */
function runForward(call: KernelCall): TensorInfo[] {
  const { storage, attributes, read } = open(call);
  const { batch, time, units, sequences } = attributes;
  const { output, tape } = loadKernels().kernels.forward(attributes, read());
  return [
    write(storage, output, sequences ? [batch, time, units] : [batch, units]),
    write(storage, tape, [tape.length]),
  ];
}

/** Inputs: those of `runForward`, its tape and the gradient of its states. Outputs: gradients of all but the mask. */
function runBackward(call: KernelCall): TensorInfo[] {
  const { storage, attributes, read, readAt, inputCount } = open(call);
  const { cell, batch, time, inputs, units } = attributes;
  const arrays = read();
  const gradients = loadKernels().kernels.backward(attributes, arrays, readAt(inputCount), readAt(inputCount + 1));
  const width = arrays.bias.length;
  return [
    write(storage, gradients.x, [batch, time, inputs]),
    write(storage, gradients.kernel, [inputs, width]),
    write(storage, gradients.recurrentKernel, [units, width]),
    write(storage, gradients.bias, [width]),
    write(storage, gradients.initialState, [stateCount(cell), batch, units]),
  ];
}

const gradient: GradConfig = {
  kernelName: forwardKernel,
  saveAllInputs: true,
  outputsToSave: [false, true],
  gradFunc(dResults, saved, attrs) {
    const { masked, initial } = attrs as unknown as RecurrentAttributes;
    const dStates = (dResults as Tensor[])[0]!;
    const given = [...saved, dStates];
    const results = engine().runKernel(backwardKernel, given as unknown as NamedTensorMap, attrs) as Tensor[];
    const [dx, dKernel, dRecurrentKernel, dBias, dInitialState] = results;
    const gradients = [dx!, dKernel!, dRecurrentKernel!, dBias!];
    if (masked) gradients.push(zerosLike(saved[gradients.length]!));
    if (initial) gradients.push(dInitialState!);
    return Object.fromEntries(gradients.map((tensor, index) => [index, () => tensor]));
  },
};

/** The one place where what TensorFlow.js hands to a kernel gets its types. */
function open({ inputs, backend, attrs }: KernelCall) {
  const storage = backend as unknown as Storage;
  const attributes = attrs as unknown as RecurrentAttributes;
  const list = Object.values(inputs) as TensorInfo[];
  const readAt = (index: number) => storage.readSync(list[index]!.dataId);
  const { masked, initial } = attributes;
  const read = (): RecurrentArrays => ({
    x: readAt(0),
    kernel: readAt(1),
    recurrentKernel: readAt(2),
    bias: readAt(3),
    mask: masked ? readAt(4) : null,
    initialState: initial ? readAt(masked ? 5 : 4) : null,
  });
  return { storage, attributes, readAt, read, inputCount: 4 + Number(masked) + Number(initial) };
}

function write(storage: Storage, values: Float32Array, shape: number[]): TensorInfo {
  return { dataId: storage.write(values, shape, "float32"), shape, dtype: "float32" };
}
