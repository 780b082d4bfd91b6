// `--warm-start DIR`: the networks whose training goes on. In: flags, and the data. Out: the networks of a model directory or of a
// registry's champion, and what they have seen; nothing where there is no champion yet.
import { openModel } from "../artifact/open-model.js";
import { HindcastError } from "../base/errors.js";
import { networksOf } from "../choose/fitted.js";
import { chooseCovariates } from "../features/covariates.js";
import { type OlderNetworks, unseenSteps } from "../fit/older-networks.js";
import { isRegistry, readPointer } from "../registry/champion.js";
import type { Frame } from "../series/frame.js";
import type { TrainArgs } from "./args.js";
import { flags } from "./flags.js";
import type { Io } from "./io.js";
import { type FlagKey, networkFlags } from "./options.js";
import { readSaved } from "./saved-model.js";

/** Of the flags about a model, those that say how long it may take, how many there are, or what the data are like. */
const notOfForm: readonly FlagKey[] = ["season", "samples", "preset", "members"];
/** What is as it was in a network that is gone on from. */
const formFlags = networkFlags.filter((key) => flags[key].group === "model" && !notOfForm.includes(key));

/** @throws HindcastError "usage", "model" or "data" where the training cannot go on */
export async function openOlder(
  { warmStart: from, model, given }: Pick<TrainArgs, "warmStart" | "model" | "given">,
  frame: Frame,
  horizon: number,
  io: Io,
): Promise<OlderNetworks | undefined> {
  if (from === undefined || from === "pretrained" || (isRegistry(from) && readPointer(from) === undefined))
    return undefined;
  const form = formFlags.find((key) => given.has(flags[key].name));
  if (form !== undefined)
    throw new HindcastError(
      "usage",
      `--${flags[form].name} is the form of a network, and with --warm-start ${from} that is as it was`,
      `leave out --${flags[form].name}, or leave out --warm-start to train from the start`,
    );
  const { fitted, context: seen } = await openModel(await readSaved(from));
  const networks = networksOf(fitted).filter(({ config }) => config.cell === model && config.horizon === horizon);
  const refuse = (code: "usage" | "model" | "data", text: string) =>
    new HindcastError(code, text, "leave out --warm-start to train from the start");
  if (networks.length === 0)
    throw refuse("usage", `${from} holds no ${model} that forecasts ${horizon} steps ahead, to go on from`);
  if (seen === undefined) throw refuse("model", `${from} was saved without the end of its data (--no-context)`);
  const named = (columns: readonly { readonly name: string; readonly kind: string }[]) =>
    columns.map(({ name, kind }) => `${name} (${kind})`).join(", ") || "none";
  const [then, now] = [networks[0]!.channels.covariates?.columns ?? [], chooseCovariates(frame)].map(named);
  if (then !== now) throw refuse("data", `the covariates were ${then} in ${from}, and are ${now}`);
  const unseen = Math.max(0, unseenSteps(frame, seen));
  if (unseen < horizon)
    io.notify({
      level: "note",
      text: `trains from the start: ${unseen} steps came since ${from} was trained, and a horizon of ${horizon} has to be held back`,
    });
  return { networks, seen };
}
