// Parts of models, for tests that train none.
import type { FittedNetwork } from "../../src/fit/fit.js";
import type { Calibration } from "../../src/forecast/calibration.js";
import type { NetworkConfig } from "../../src/model/config.js";
import type { Preparation } from "../../src/scale/preparation.js";
import type { ChannelConfig } from "../../src/windows/prepare.js";
import { drawWeights, smallGru, untrained } from "../support/forms.js";

/** Horizon of the networks here. */
export const networkSteps = 4;

/** What differs from a small network of one channel. */
export interface Changes {
  readonly config?: Partial<NetworkConfig>;
  readonly channels?: Partial<ChannelConfig>;
  readonly preparation?: Partial<Preparation>;
  readonly difference?: number;
}

export function networkOf({ config: own, channels, preparation, difference = 0 }: Changes): FittedNetwork {
  const config: NetworkConfig = {
    ...smallGru,
    inputs: 1,
    window: 8,
    horizon: networkSteps,
    ...own,
  };
  return {
    config,
    // As saved models have them; of what does not fit there are none.
    weights: config.window % (config.segment ?? 1) === 0 ? drawWeights(config) : [],
    channels: { gapIndicator: false, calendar: [], ...channels },
    preparation: {
      config: { scale: "window", scaler: "mean", transform: "none", difference, deseasonalize: false, season: 1 },
      takesLogarithm: false,
      affine: null,
      series: [],
      ...preparation,
    },
    ...untrained,
  };
}

/** From the lowest to the highest level that can be asked for. */
export const calibration: Calibration = {
  season: 1,
  recentSteps: 5,
  levels: [0.001, 0.5, 0.999],
  steps: [1, 4],
  offsets: [
    [-1, 0, 1],
    [-1, 0, 2],
  ],
  series: [],
};
