// Stock TensorFlow.js layers on tfjs-node as a peer of bench/kernels.mjs. In: the directory of its package, the number of threads.
import { createRequire } from "node:module";
import process from "node:process";
import { startNative } from "../../src/engine/native.ts";
import { answerRequests } from "./answer.mjs";
import { createStockStep } from "./stock.mjs";

const [directory, threads] = process.argv.slice(2);
await startNative(directory, Number(threads));
const tf = createRequire(import.meta.url)(directory);
await answerRequests((cell, size) => createStockStep(tf, cell, size));
