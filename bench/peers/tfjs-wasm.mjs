// Stock TensorFlow.js layers on its WebAssembly backend as a peer of bench/kernels.mjs. It has no threads in Node.
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import { answerRequests } from "./answer.mjs";
import { createStockStep } from "./stock.mjs";

core.enableProdMode();
await core.setBackend("wasm");
await answerRequests((cell, size) => createStockStep({ ...core, ...layers }, cell, size));
