// The weights of a linear model as bytes. In: a model, or what hindcast.json says of it with linear.bin. Out: the other.
import { HindcastError } from "../base/errors.js";
import type { LinearModel } from "../linear/model.js";
import type { StoredLinear } from "./manifest.js";

/** Lags beyond this no model is fitted with. */
const longestLag = 2 ** 20;

/** Little-endian float32, the forms one after the other. */
export function encodeLinear({ forms }: LinearModel): Uint8Array {
  const values = forms.flatMap(({ weights }) => [...weights]);
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}

/** @throws HindcastError "model" when the bytes are not the weights of such a model */
export function decodeLinear(stored: StoredLinear, bytes: Uint8Array | undefined, path: string): LinearModel {
  const { horizon, season, forms, drifts = [] } = stored;
  const refuse = (text: string) => new HindcastError("model", `${path}: ${text}`, "train the model again");
  if (bytes === undefined) throw refuse("there is no linear.bin");
  const count = forms.reduce((sum, { lags }) => sum + lags.length * horizon, 0);
  if (bytes.length !== 4 * count) throw refuse(`linear.bin has ${bytes.length} bytes, not ${4 * count}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const opened = forms.map((form) => {
    if (form.lags.some((lag, i) => lag > longestLag || lag <= (form.lags[i - 1] ?? 1)))
      throw refuse("its lags do not ascend");
    const weights = Float32Array.from({ length: form.lags.length * horizon }, (_, i) =>
      view.getFloat32(4 * (at + i), true),
    );
    at += weights.length;
    if (!weights.every(Number.isFinite)) throw refuse("linear.bin holds what is no number");
    return { ...form, weights };
  });
  if (drifts.some(({ slopes }) => slopes.length !== forms.length))
    throw refuse("the drifts of a series do not go with its forms");
  return { horizon, season, forms: opened, drifts };
}
