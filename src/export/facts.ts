// What has to be known to feed an exported network. In: the network. Out: texts by their names, to be kept in its file.
import type { CovariateColumn } from "../features/covariates.js";
import type { ChannelConfig } from "../windows/prepare.js";
import type { ExportedNetwork } from "./onnx-model.js";

export function networkFacts({ config, preparation, channels }: ExportedNetwork): Record<string, string> {
  return {
    window: String(config.window),
    horizon: String(config.horizon),
    channels: JSON.stringify(channelNames(channels)),
    scaling: JSON.stringify(preparation.config),
    ...(preparation.covariates && { covariate_scaling: JSON.stringify(preparation.covariates) }),
  };
}

/** In the order of the network's inputs: [I]. */
function channelNames({ gapIndicator, calendar, covariates }: ChannelConfig): string[] {
  const columns = covariates?.columns ?? [];
  const ahead = columns.filter(({ kind }) => kind === "future").flatMap(namesOf);
  return [
    "target",
    ...(gapIndicator ? ["target missing"] : []),
    ...columns.flatMap(namesOf),
    ...ahead.map((name) => `${name}, ${covariates?.ahead} steps later`),
    ...calendar.flatMap((name) => [`${name} sine`, `${name} cosine`]),
  ];
}

function namesOf({ name, categories, gapIndicator }: CovariateColumn): string[] {
  const own = categories?.map((category) => `${name} = ${category}`) ?? [name];
  return gapIndicator ? [...own, `${name} missing`] : own;
}
