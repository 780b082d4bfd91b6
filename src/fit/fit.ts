// Fits one network to a frame. In: the frame (which ends where knowledge ends), the horizon and the settings. Out: all that a
// forecast needs, as plain data. Early stopping is decided on the last steps held back; then, with the number of epochs known,
// the network is trained afresh on everything.
import { HindcastError } from "../base/errors.js";
import { type Random, seededRandom } from "../base/random.js";
import { type NetworkConfig, outputCount } from "../model/config.js";
import type { NamedArray } from "../model/inference.js";
import { initialise } from "../model/initialisers.js";
import { planNetwork } from "../model/parameters.js";
import { fitPreparation, type Preparation } from "../scale/preparation.js";
import { cutFrame, type Frame, longestLength } from "../series/frame.js";
import { planTraining } from "../windows/plan.js";
import { type ChannelConfig, channelCount, prepareFrame } from "../windows/prepare.js";
import type { TrainingConfig, TrainingRecord } from "./config.js";
import type { NetworkSettings } from "./defaults.js";
import { checkCounts, fitHead } from "./fit-head.js";
import { type LoopContext, trainNetwork } from "./loop.js";

/** A trained network and everything that belongs to it. */
export interface FittedNetwork {
  readonly config: NetworkConfig;
  readonly weights: readonly NamedArray[];
  readonly preparation: Preparation;
  readonly channels: ChannelConfig;
  readonly training: TrainingConfig;
  readonly record: TrainingRecord;
}

/** A fitted network, and the one that had not seen the newest steps yet: what tells how far its forecasts will be off. */
export interface Fit {
  readonly network: FittedNetwork;
  /** null when nothing was held back. */
  readonly rehearsal: { readonly network: FittedNetwork; readonly heldBackSteps: number } | null;
}

/** Above this many windows the held-back share teaches little new, and training twice costs much. */
const maxRefitWindowCount = 20_000;

/**
 * @throws HindcastError "data" when not one window can be formed
 */
export async function fitNetwork(frame: Frame, settings: NetworkSettings, context: LoopContext): Promise<Fit> {
  if (settings.network.head?.kind === "negbin") checkCounts(frame);
  const { config, network: first } = await fitBestForm(frame, settings, context);
  const { record } = first;
  const rehearsal =
    record.validationWindowCount > 0 ? { network: first, heldBackSteps: settings.validationSteps } : null;
  const refits =
    record.validationWindowCount > 0 &&
    record.trainingWindowCount <= maxRefitWindowCount &&
    record.stopped !== "max-time";
  if (!refits) return { network: first, rehearsal };
  const again = await fitOnce(frame, config, settings, 0, record.bestEpoch, context);
  // A network cut off in the middle of its second training is worse than the one that had its first to the end.
  const network: FittedNetwork =
    again.record.stopped === "max-time"
      ? { ...first, record: { ...record, stopped: "max-time" } }
      : { ...again, record: { ...record, refitted: true } };
  return { network, rehearsal };
}

/** A rival has to be better by this share of the held-back loss: two seeds of one network differ by as much. */
const rivalMargin = 0.02;

/** The form that does best on what is held back: the settings' own, unless a rival is clearly better. */
async function fitBestForm(
  frame: Frame,
  settings: NetworkSettings,
  context: LoopContext,
): Promise<{ config: NetworkConfig; network: FittedNetwork }> {
  const train = async (form: Partial<NetworkConfig>) => {
    const config: NetworkConfig = { ...settings.network, ...form, inputs: channelCount(settings.channels) };
    const network = await fitOnce(frame, config, settings, settings.validationSteps, undefined, context);
    return { config, network, loss: Math.min(...network.record.validationLoss) };
  };
  let best = await train({});
  for (const form of settings.rivals) {
    const { stopped, validationWindowCount } = best.network.record;
    if (stopped === "max-time" || validationWindowCount === 0) break;
    const rival = await train(form);
    // Cut off by the clock, it had less time to become good.
    if (rival.network.record.stopped !== "max-time" && rival.loss < (1 - rivalMargin) * best.loss) best = rival;
  }
  return best;
}

async function fitOnce(
  frame: Frame,
  unfitted: NetworkConfig,
  settings: NetworkSettings,
  validationSteps: number,
  stopAfter: number | undefined,
  context: LoopContext,
): Promise<FittedNetwork> {
  const { channels, training } = settings;
  const { window, horizon } = unfitted;
  const outputs = outputCount(unfitted);
  const lengths = frame.series.map((series) => series.values.length);
  const past = cutFrame(
    frame,
    lengths.map((length) => Math.max(0, length - validationSteps)),
  );
  const preparation = fitPreparation(past, settings.scale);
  const prepared = prepareFrame(frame, preparation, channels, outputs);
  const plans = planTraining(prepared, { window, horizon: outputs, validationSteps });
  const longest = longestLength(frame);
  if (plans.training.origins.length === 0) {
    const [heldBack, lower] =
      validationSteps === 0 ? ["", "--horizon"] : [`, and ${validationSteps} are held back`, "--hold-back, --horizon"];
    throw new HindcastError(
      "data",
      `the longest series has ${longest} steps${heldBack}: too few to train a network on ${horizon} steps ahead`,
      `add history, lower ${lower} or --window, or use --model seasonal-naive`,
    );
  }
  if (window > longest)
    throw new HindcastError(
      "data",
      `a window of ${window} steps is longer than the longest series, which has ${longest}`,
      `--window ${Math.max(1, Math.floor(longest / 2))} or less`,
    );
  const random: Random = seededRandom(training.seed);
  const weights = random.fork("weights");
  const config = settings.start === undefined ? fitHead(unfitted, prepared, plans.training) : unfitted;
  // A stream for each parameter, so that another layer more leaves the others' first weights as they are.
  const drawn = () =>
    planNetwork(config).parameters.map((parameter) => {
      const { name, shape } = parameter;
      return { name, shape, values: initialise(parameter, weights.fork(name)) };
    });
  const start = settings.start ?? drawn();
  const trained = await trainNetwork(config, start, prepared, plans, training, random, context, stopAfter);
  return { config, ...trained, preparation, channels, training };
}
