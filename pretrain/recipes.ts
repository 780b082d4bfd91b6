// What a pretraining run does. Data, not code: the record beside the weights repeats it.

export const recipes = {
  /** Gives the weights that the package ships. */
  full: {
    windows: 64_000,
    heldOutWindows: 4_000,
    /** Steps of each window. */
    steps: 8,
    members: 3,
    /** Networks that look at the newest values, on as many windows, in some of which something begins just before the history ends. */
    newestMembers: 3,
    network: { width: 64, residual: false, units: 0 },
    training: { stepCount: 6_000, batch: 128, learningRate: 2e-3, weightDecay: 1e-3, candidateDropout: 0.1 },
    curveSteps: 500,
  },
  /** Compares variants: enough to tell them apart. */
  ablation: {
    windows: 30_000,
    heldOutWindows: 4_000,
    steps: 8,
    members: 3,
    network: { width: 64, residual: false, units: 0 },
    training: { stepCount: 1_500, batch: 192, learningRate: 2e-3, weightDecay: 1e-3, candidateDropout: 0.1 },
    curveSteps: 500,
  },
  /** Shows that the pretraining works. */
  quick: {
    windows: 5_000,
    heldOutWindows: 1_000,
    steps: 8,
    members: 1,
    newestMembers: 0,
    network: { width: 32, residual: false, units: 0 },
    training: { stepCount: 600, batch: 128, learningRate: 3e-3, weightDecay: 1e-3, candidateDropout: 0.1 },
    curveSteps: 100,
  },
} as const;
