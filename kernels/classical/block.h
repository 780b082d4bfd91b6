// One block of memory in which series after series is forecast, without a copy or an allocation. In: the control fields and arrays of the
// block. Out: the candidates' forecasts, the gate's features, quantiles and weights.
#pragma once
#include "control.h"
#include "ets.h"
#include "gate.h"

enum {
  WINDOW_FIELDS = 2 + MOST_ORIGINS,
  // Numbers that ARGUMENTS and RESULTS hold beside some for each step of a series and of a season.
  FEW_NUMBERS = 512,
  // What all methods together may work in: so many numbers for each step of a series, of its seasons and of the horizon, and beside.
  WORK_PER_STEP = 24,
  WORK_PER_SEASON_STEP = 40,
  WORK_PER_HORIZON_STEP = 6 * CANDIDATES,
  WORK_BESIDE = 8192
};

typedef struct Block Block;

struct Block {
  Control control;
  void *region[REGION_COUNT];
  double *gates, *logs, *work, *room[MOST_SEASONS][3];
  Lanes *fitted; // [short season]
  Rows rows[MOST_SEASONS][STL_ROWS];
  Size work_count, gate_room;
  int log_count;
};

// What a block has to hold before plan.
enum { HEAD_BYTES = 4096, ALIGNMENT = 64 };
_Static_assert(sizeof(Block) <= HEAD_BYTES, "a block's head must hold it");

typedef struct {
  char *base; // null while sizing
  Size used;
} Arena;

static void *take(Arena *arena, Size count, Size size) {
  const Size at = arena->used;
  arena->used = (at + count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return arena->base ? arena->base + at : 0;
}

static void take_region(Block *b, Arena *arena, RegionName name, Size count, Size size) {
  b->region[name] = take(arena, count, size);
  b->control.region[name].offset = (double)((char *)b->region[name] - (char *)b);
  b->control.region[name].count = (double)count;
}

static void lay_out(Block *b, Arena *arena) {
  const Control *c = &b->control;
  const Size length = (Size)c->length, horizon = (Size)c->horizon, origins = (Size)c->origins, windows = (Size)c->windows;
  const Size seasons[MOST_SEASONS] = {(Size)c->short_season, (Size)c->long_season};
  const Size all_seasons = seasons[0] + seasons[1], given = (Size)c->gate_numbers;
  const Size few = FEW_NUMBERS + 2 * all_seasons;
  take(arena, sizeof(Block), 1);
  take_region(b, arena, VALUES, length, sizeof(double));
  take_region(b, arena, ORIGINS, origins, sizeof(double));
  take_region(b, arena, WINDOWS, windows * WINDOW_FIELDS, sizeof(double));
  take_region(b, arena, FORECASTS, origins * CANDIDATES * horizon, sizeof(double));
  take_region(b, arena, APPLIES, origins * CANDIDATES, 1);
  take_region(b, arena, REFERENCE, windows * horizon, sizeof(double));
  take_region(b, arena, SCALE, windows, sizeof(double));
  take_region(b, arena, SERIES, windows * SERIES_FEATURES, sizeof(float));
  take_region(b, arena, STEPS, windows * horizon * STEP_FEATURES, sizeof(float));
  take_region(b, arena, RECENT, windows * RECENT_STEPS * RECENT_FEATURES, sizeof(float));
  take_region(b, arena, QUANTILES, windows * KNOTS * horizon, sizeof(double));
  take_region(b, arena, WEIGHTS, windows * CANDIDATES * horizon, sizeof(double));
  take_region(b, arena, GATES, given, sizeof(float));
  take_region(b, arena, ARGUMENTS, few + length, sizeof(double));
  take_region(b, arena, RESULTS, few + 5 * length + horizon, sizeof(double));
  // A row that is filled up is at most as many times as long as it was.
  b->gate_room = given * LANES;
  b->gates = take(arena, b->gate_room, sizeof(double));
  b->logs = take(arena, length, sizeof(double));
  for (int place = 0; place < MOST_SEASONS; place++) {
    for (int use = 0; use < 3; use++) b->room[place][use] = take(arena, seasons[place], sizeof(double));
    for (int use = 0; use < STL_ROWS; use++) {
      const int width = smaller((int)length, rows_width(use, (int)seasons[place], place));
      b->rows[place][use].of = take(arena, (Size)KEPT_ROWS * width, sizeof(double));
    }
  }
  b->fitted = take(arena, larger(1, (int)seasons[0]) * LANES, sizeof(double));
  b->work_count = WORK_PER_STEP * length + WORK_PER_SEASON_STEP * all_seasons + WORK_PER_HORIZON_STEP * horizon + WORK_BESIDE;
  b->work = take(arena, b->work_count, sizeof(double));
}

static Gate gate_at(const float *given, double *at) { return gate_of((int)given[0], given[1] != 0, given[2] != 0, at); }

// Each network's width, whether it has a residual and whether it looks at the newest values stand before its parameters.
enum { GATE_HEAD = 3 };

static void take_gates(Block *b) {
  const float *given = b->region[GATES];
  double *at = b->gates;
  for (int g = 0; g < (int)b->control.gate_count; g++) {
    const Gate gate = gate_at(given, at);
    if (gate.packed > b->gate_room - (Size)(at - b->gates)) __builtin_trap();
    pack_gate(&gate, given + GATE_HEAD);
    given += GATE_HEAD + gate.given;
    at += gate.packed;
  }
}

// What is known after `count` steps.
static History history_at(Block *b, int count, Workspace *work) {
  const Control *c = &b->control;
  const int seasons[MOST_SEASONS] = {(int)c->seasons[0], (int)c->seasons[1]};
  History h = {.logs = b->logs, .log_count = &b->log_count, .work = work};
  for (int place = 0; place < MOST_SEASONS; place++)
    for (int use = 0; use < 3; use++) h.room[place][use] = b->room[place][use];
  for (int place = 0; place < MOST_SEASONS; place++) h.rows[place] = b->rows[place];
  h.fits.indices = b->fitted;
  take_history(&h, b->region[VALUES], count, seasons, (int)c->season_count);
  return h;
}

static Workspace workspace_of(Block *b) { return (Workspace){b->work, b->work + b->work_count}; }

static void forecast_origins(Block *b) {
  const int steps = (int)b->control.steps;
  const double *origins = b->region[ORIGINS];
  for (int o = 0; o < (int)b->control.origin_count; o++) {
    Workspace work = workspace_of(b);
    History h = history_at(b, (int)origins[o], &work);
    forecast_candidates(&h, (double *)b->region[FORECASTS] + (Size)o * CANDIDATES * steps, steps,
                        (unsigned char *)b->region[APPLIES] + (Size)o * CANDIDATES);
  }
}

static Origin origin_of(const Block *b, int o) {
  const int steps = (int)b->control.steps;
  return (Origin){(int)((const double *)b->region[ORIGINS])[o], (const double *)b->region[FORECASTS] + (Size)o * CANDIDATES * steps,
                  (const unsigned char *)b->region[APPLIES] + (Size)o * CANDIDATES};
}

static Features features_of(const Block *b, int w) {
  const int steps = (int)b->control.steps;
  return (Features){.reference = (double *)b->region[REFERENCE] + (Size)w * steps,
                    .scale = (double *)b->region[SCALE] + w,
                    .series = (float *)b->region[SERIES] + (Size)w * SERIES_FEATURES,
                    .steps = (float *)b->region[STEPS] + (Size)w * steps * STEP_FEATURES,
                    .recent = b->control.wants_recent
                                  ? (float *)b->region[RECENT] + (Size)w * RECENT_STEPS * RECENT_FEATURES
                                  : 0};
}

// @param o the origin that the window ends at
static GateRun run_window(Block *b, int w, int o) {
  const int steps = (int)b->control.steps;
  const Features features = features_of(b, w);
  GateRun run = {.horizon = steps,
                 .applies = (const unsigned char *)b->region[APPLIES] + (Size)o * CANDIDATES,
                 .series = features.series,
                 .steps = features.steps,
                 .quantiles = (double *)b->region[QUANTILES] + (Size)w * KNOTS * steps,
                 .weights = (double *)b->region[WEIGHTS] + (Size)w * CANDIDATES * steps};
  Workspace work = workspace_of(b);
  begin_run(&run, &work);
  const float *given = b->region[GATES];
  double *at = b->gates;
  const int gate_count = (int)b->control.gate_count;
  int newest_count = 0;
  for (int g = 0; g < gate_count; g++) {
    const Gate gate = gate_at(given, 0);
    newest_count += gate.looks_at_newest;
    given += GATE_HEAD + gate.given;
  }
  const int other_count = gate_count - newest_count;
  const double of_newest = newest_count == 0 ? 0 : other_count == 0 ? 1 : surprise_share(features.series);
  given = b->region[GATES];
  for (int g = 0; g < gate_count; g++) {
    const Gate gate = gate_at(given, at);
    const double share = gate.looks_at_newest ? of_newest / newest_count : (1 - of_newest) / other_count;
    if (share > 0) add_gate(&gate, &run, share, &work);
    given += GATE_HEAD + gate.given;
    at += gate.packed;
  }
  finish_run(&run, features.reference, *features.scale);
  return run;
}

static void work_windows(Block *b, int has_gates) {
  b->log_count = 0;
  forecast_origins(b);
  const double *window = b->region[WINDOWS];
  for (int w = 0; w < (int)b->control.window_count; w++, window += WINDOW_FIELDS) {
    const Origin origin = origin_of(b, (int)window[0]);
    const int tested_count = (int)window[1];
    Origin tested[MOST_ORIGINS];
    for (int i = 0; i < tested_count; i++) tested[i] = origin_of(b, (int)window[2 + i]);
    Workspace work = workspace_of(b);
    const History h = history_at(b, origin.at, &work);
    Features features = features_of(b, w);
    describe(&h, &origin, tested, tested_count, (int)b->control.steps, &features);
    if (!has_gates) continue;
    const GateRun run = run_window(b, w, (int)window[0]);
    // A series that never changed has no scale that a deviation could be measured in.
    if (origin.at == (int)b->control.count && h.min == h.max) fill(run.quantiles, (Size)KNOTS * run.horizon, h.max);
  }
}

static void run_method(Block *b) {
  b->log_count = 0;
  Workspace work = workspace_of(b);
  History h = history_at(b, (int)b->control.count, &work);
  const int steps = (int)b->control.steps;
  forecast_by(&h, (int)b->control.method, b->region[RESULTS], steps);
  if (b->control.is_bounded) keep_within(&h, b->region[RESULTS], steps);
}

static void bound_results(Block *b) {
  Workspace work = workspace_of(b);
  const History h = history_at(b, (int)b->control.count, &work);
  keep_within(&h, b->region[RESULTS], (int)b->control.steps);
}

// RESULTS hold the errors, the indices, the state, the shares, the damping, the first indices and the first state.
static Ets ets_of(Block *b) {
  const Control *c = &b->control;
  const int count = (int)c->count, season = c->season_form == NO_SEASON ? 1 : (int)c->seasons[0];
  double *results = b->region[RESULTS];
  return (Ets){.values = b->region[VALUES],
               .count = count,
               .season = season,
               .rounding = c->rounding,
               .error = (ErrorForm)c->error_form,
               .trend = (TrendForm)c->trend_form,
               .season_form = (SeasonForm)c->season_form,
               .errors = results,
               .indices = results + count,
               .start_indices = results + count + season + 2 + SHARE_COUNT + 1};
}

static void tell_ets(const Ets *e) {
  double *told = e->indices + e->season;
  copy(told, e->state, 2);
  copy(told + 2, e->shares.of, SHARE_COUNT);
  told[2 + SHARE_COUNT] = phi(&e->shares);
}

// ARGUMENTS are filled with the shares that a search starts from, then its first point, which begins with `value` shares.
static void open_ets(Block *b) {
  Workspace work = workspace_of(b);
  b->control.rounding = rounding_square(b->region[VALUES], (int)b->control.count);
  Ets e = ets_of(b);
  ets_open(&e, &work);
  copy(e.start_indices + e.season, e.start_state, 2);
  double *arguments = b->region[ARGUMENTS];
  copy(arguments, e.shares.of, SHARE_COUNT);
  b->control.value = ets_point(&e, arguments + SHARE_COUNT);
}

// Of the point in ARGUMENTS, which is brought within bounds.
static void score_point(Block *b) {
  double *arguments = b->region[ARGUMENTS];
  Shares found;
  copy(found.of, arguments, SHARE_COUNT);
  Ets e = ets_of(b);
  b->control.value = ets_score(&e, &found, arguments + SHARE_COUNT);
  tell_ets(&e);
}
