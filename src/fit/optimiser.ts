// Adam over plain typed arrays. In: parameters and their gradients, as flat arrays. Out: the parameters, moved in place.
// One pass over each array costs less than the dozen tensor operations a parameter that a graph of it would need.

export interface OptimiserOptions {
  /** Largest global norm of the gradient over all parameters; 0 for no clipping. */
  readonly clip: number;
  /** Decoupled weight decay (per unit of learning rate); applied to matrices, not to biases. */
  readonly weightDecay: number;
}

export interface Optimiser {
  /**
   * One step. @param gradients one array per parameter, same lengths
   * @returns the global norm of the gradient before clipping; not finite means that nothing was moved
   */
  step(gradients: readonly Float32Array[], learningRate: number): number;
  /** The first moments of all parameters, then the second ones. */
  exportMoments(): Float32Array;
  /** Steps that moved the parameters. */
  stepCount(): number;
  importState(moments: Float32Array, stepCount: number): void;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/**
 * Adam (Kingma & Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov & Hutter 2019) after clipping by global norm
 * (Pascanu, Mikolov & Bengio 2013).
 * @param parameters moved in place @param decays for each parameter, whether weight decay applies
 */
export function createAdam(
  parameters: readonly Float32Array[],
  decays: readonly boolean[],
  options: OptimiserOptions,
): Optimiser {
  const firstMoments = parameters.map((parameter) => new Float32Array(parameter.length));
  const secondMoments = parameters.map((parameter) => new Float32Array(parameter.length));
  let stepCount = 0;
  return {
    step(gradients, learningRate) {
      const norm = globalNorm(gradients);
      if (!Number.isFinite(norm)) return norm;
      stepCount++;
      const shrink = options.clip > 0 && norm > options.clip ? options.clip / norm : 1;
      const rate = (learningRate * Math.sqrt(1 - beta2 ** stepCount)) / (1 - beta1 ** stepCount);
      const floor = epsilon * Math.sqrt(1 - beta2 ** stepCount);
      for (let p = 0; p < parameters.length; p++) {
        const weights = parameters[p]!;
        const gradient = gradients[p]!;
        const first = firstMoments[p]!;
        const second = secondMoments[p]!;
        const keep = decays[p]! ? 1 - learningRate * options.weightDecay : 1;
        for (let i = 0; i < weights.length; i++) {
          const g = gradient[i]! * shrink;
          const m = beta1 * first[i]! + (1 - beta1) * g;
          const v = beta2 * second[i]! + (1 - beta2) * g * g;
          first[i] = m;
          second[i] = v;
          weights[i] = keep * weights[i]! - (rate * m) / (Math.sqrt(v) + floor);
        }
      }
      return norm;
    },
    exportMoments: () => concatenate([...firstMoments, ...secondMoments]),
    stepCount: () => stepCount,
    importState(moments, count) {
      spread(moments, [...firstMoments, ...secondMoments]);
      stepCount = count;
    },
  };
}

export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const flat = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    flat.set(part, at);
    at += part.length;
  }
  return flat;
}

/** Fills the parts, one after the other. */
export function spread(flat: Float32Array, parts: readonly Float32Array[]): void {
  let at = 0;
  for (const part of parts) {
    part.set(flat.subarray(at, at + part.length));
    at += part.length;
  }
}

function globalNorm(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) sum += gradient[i]! ** 2;
  return Math.sqrt(sum);
}
