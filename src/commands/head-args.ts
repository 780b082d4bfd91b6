// What goes together with a head. In: the flags about a network. Out: nothing, or what does not fit, said before anything is read.
import { HindcastError } from "../base/errors.js";
import type { TrainArgs } from "./args.js";

type HeadFlags = Pick<
  TrainArgs,
  "decoder" | "deseasonalize" | "difference" | "head" | "loss" | "mix" | "samples" | "scaler" | "transform"
>;

/** @throws HindcastError "usage" */
export function checkHead(args: HeadFlags): void {
  const { head, decoder, loss, samples, mix } = args;
  const refuse = (message: string, hint: string): never => {
    throw new HindcastError("usage", message, hint);
  };
  if (head !== "point" && loss !== undefined)
    refuse(`--loss is for the point head, and --head ${head} has a loss of its own`, "leave out --loss");
  if (samples !== undefined && (head === "point" || decoder !== "recursive"))
    refuse(
      "--samples counts the paths that a forecast is fed back along, and this one needs none",
      "--decoder recursive with a --head other than point, or leave out --samples",
    );
  if (Array.isArray(mix) && (head === "negbin" || head.startsWith("bins")))
    refuse(`--mix adds forecasts to a point or a median, which --head ${head} has not`, "leave out --mix");
  if (head === "negbin") refuseScaling(args, refuse);
}

/** Counts stay counts. */
function refuseScaling(
  { scaler = "mean", transform = "none", difference, deseasonalize = false }: HeadFlags,
  refuse: (message: string, hint: string) => never,
): void {
  const hint = "leave it out: counts are divided by their mean and nothing else";
  if (scaler !== "mean") refuse(`--scaler ${scaler} leaves no counts for --head negbin`, hint);
  if (transform !== "none") refuse(`--transform ${transform} leaves no counts for --head negbin`, hint);
  if (difference > 0) refuse(`--difference ${difference} leaves no counts for --head negbin`, hint);
  if (deseasonalize) refuse("--deseasonalize leaves no counts for --head negbin", hint);
}
