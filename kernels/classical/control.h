// What the caller and the classical methods tell each other: a block of memory begins with this. All numbers are doubles, so that any
// language reads them; src/classical/compiled/control.ts names the same fields in the same order.
#pragma once

// Arrays inside the block, row-major, of doubles where nothing else is said. C: candidates; H: horizon; O: origins; W: windows.
typedef enum {
  VALUES,    // [length]
  ORIGINS,   // [O] steps that are known at each
  WINDOWS,   // [W × WINDOW_FIELDS] which origin each window of the gate ends at, how many earlier ones are tested, and which
  FORECASTS, // [O × C × H] NaN for candidates that do not apply
  APPLIES,   // [O × C] bytes, 1 or 0
  REFERENCE, // [W × H] the median of the candidates
  SCALE,     // [W] one typical error, above 0
  SERIES,    // [W × SERIES_FEATURES] float32
  STEPS,     // [W × H × STEP_FEATURES] float32
  RECENT,    // [W × RECENT_STEPS × RECENT_FEATURES] float32
  QUANTILES, // [W × KNOTS × H] ascending by knot
  WEIGHTS,   // [W × C × H] summing to 1 over the candidates
  GATES,     // float32: of each network its width, whether it has a residual, and its parameters
  ARGUMENTS, // what a part or a likelihood is asked about
  RESULTS,   // and what it says
  REGION_COUNT
} RegionName;

typedef struct {
  // The most that the block has to hold; given before plan and open. Seasons in steps, 0 for none.
  double length, horizon, short_season, long_season, origins, windows, gate_numbers;
  // One call.
  double count, season_count, seasons[2], steps, origin_count, window_count, gate_count, wants_recent;
  // A method by its number among the candidates, and after them; whether its forecast is kept near what was seen.
  double method, is_bounded;
  // Of a likelihood, as ets.h has them; of a part, which one.
  double error_form, trend_form, season_form, rounding, part;
  // Results.
  double byte_count, value;
  // Offset in bytes from the block's begin, and count of numbers.
  struct {
    double offset, count;
  } region[REGION_COUNT];
} Control;
