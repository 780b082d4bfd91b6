// A thread of `--jobs`, started from a file of its own. In: its port and what it begins with. Out: reports on the tasks it is given.
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { serve } from "./parallel/serve.js";

// As for the command line itself, Node's own warnings are no news for the user.
process.removeAllListeners("warning");
serve(parentPort!, workerData, Date.now);
