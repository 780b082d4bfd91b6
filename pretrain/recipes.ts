// What a pretraining run does. Data, not code: the record beside the weights repeats it.

export const recipes = {
  /** Gives the weights that the package ships. */
  full: {
    windows: 120_000,
    heldOutWindows: 4_000,
    /** Steps of each window. */
    steps: 8,
    members: 3,
    network: { width: 96, residual: false, units: 0 },
    training: { stepCount: 8_000, batch: 256, learningRate: 2e-3, weightDecay: 1e-3 },
    curveSteps: 500,
  },
  /** Compares variants: enough to tell them apart. */
  ablation: {
    windows: 40_000,
    heldOutWindows: 4_000,
    steps: 8,
    members: 3,
    network: { width: 96, residual: false, units: 0 },
    training: { stepCount: 3_000, batch: 256, learningRate: 2e-3, weightDecay: 1e-3 },
    curveSteps: 500,
  },
  /** Shows that the pretraining works. */
  quick: {
    windows: 6_000,
    heldOutWindows: 1_000,
    steps: 8,
    members: 1,
    network: { width: 48, residual: false, units: 0 },
    training: { stepCount: 600, batch: 128, learningRate: 3e-3, weightDecay: 1e-3 },
    curveSteps: 100,
  },
} as const;
