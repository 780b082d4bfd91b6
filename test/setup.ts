// Before each test file: properties draw the same examples every time, so that a change is judged by what it changes. HINDCAST_TEST_SEED
// draws others; fuzzing looks further.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.HINDCAST_TEST_SEED ?? 1) });
