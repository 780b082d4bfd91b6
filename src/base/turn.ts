// One turn of the event loop, between two pieces of work. In: a signal. Out: nothing, once what came meanwhile was heard.
import { setImmediate } from "node:timers/promises";

/** Lets signals and timers in. @throws the signal's reason when aborted */
export async function nextTurn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}
