// Parts of the methods by themselves, for who wants to see or to check one. In: ARGUMENTS and VALUES. Out: RESULTS.
#pragma once
#include "block.h"

typedef enum {
  ELEMENTARY,       // a function of portable.h, of each value: arguments [function]
  INDICES,          // seasonal_indices: arguments [season]
  RATIOS,           // seasonal_ratios: likewise
  AVERAGES,         // average_cycles: likewise
  PHASE_MEANS,      // smooth_phase_means: likewise
  SEASONALITY,      // is_seasonal: likewise
  SMOOTH_LEVEL,     // smooth_level
  PLAIN_PASS,       // pass_plain: arguments [4 shares, 2 state] to errors, state and mean square
  ADDED_PASS,       // pass_added: the same, with indices after the state, to errors, indices, state and mean square
  MULTIPLIED_PASS,  // pass_multiplied: likewise
  ADDED_LANES,      // smooth_added: arguments [8 × 4 shares, 2 state, indices] to mean squares
  MULTIPLIED_LANES, // smooth_multiplied: likewise
  ADDITIVE_SEARCH,  // one of search_additive: arguments [which] to mean square, shares and start
  RIDGE,            // fit_ridge: arguments [size, Σ y², rows, products, targets] to weights
  LOESS,            // smooth: arguments [window] to what is smooth, then one step before and one after
  DECOMPOSITION,    // decompose with the series' seasons: to seasonal parts, trend and remainder
  MEASURES          // whether all values are well above zero
} Part;

static void tell_fit(const Search *search, const double start[2], double *out) {
  out[0] = search->least;
  copy(out + 1, search->best.of, SHARE_COUNT);
  copy(out + 1 + SHARE_COUNT, start, 2);
}

static void run_passes(const double *values, int count, int season, int is_multiplied, const double *arguments, double *out,
                       Workspace *work) {
  Smoothings s = {.forecast = splat(1)};
  for (int lane = 0; lane < LANES; lane++) {
    Shares shares;
    copy(shares.of, arguments + lane * SHARE_COUNT, SHARE_COUNT);
    set_lane(&s, lane, &shares, arguments + LANES * SHARE_COUNT);
  }
  const double *initial = arguments + LANES * SHARE_COUNT + 2;
  Lanes *indices = borrow_lanes(work, season);
  spread_indices(initial, initial, season, indices);
  if (is_multiplied) smooth_multiplied(values, count, season, indices, &s);
  else smooth_added(values, values, count, season, indices, &s);
  store(out, s.squares / splat(count));
}

static double run_pass(Part part, const double *values, int count, int season, const double *arguments, double *out) {
  Shares shares;
  copy(shares.of, arguments, SHARE_COUNT);
  double *indices = out + count, *state = out + count + season;
  copy(state, arguments + SHARE_COUNT, 2);
  if (part == PLAIN_PASS) return pass_plain(values, count, &shares, out + count, out);
  copy(indices, arguments + SHARE_COUNT + 2, season);
  return part == ADDED_PASS ? pass_added(values, count, season, &shares, state, indices, out)
                            : pass_multiplied(values, count, season, &shares, state, indices, out);
}

static double apply_elementary(int function, double x) {
  switch (function) {
    case 0: return exponential(x);
    case 1: return logarithm(x);
    case 2: return cosine(x);
    case 3: return sine(x);
    case 4: return logarithm_beside_one(x);
    case 5: return hyperbolic_sine(x);
    default: return inverse_hyperbolic_sine(x);
  }
}

static void run_one_part(Block *b) {
  const double *arguments = b->region[ARGUMENTS], *values = b->region[VALUES];
  double *out = b->region[RESULTS];
  const int count = (int)b->control.count, season = (int)arguments[0];
  b->log_count = 0;
  Workspace work = workspace_of(b);
  History h = history_at(b, count, &work);
  const Part part = (Part)b->control.part;
  switch (part) {
    case ELEMENTARY:
      for (int i = 0; i < count; i++) out[i] = apply_elementary(season, values[i]);
      return;
    case INDICES: seasonal_indices(values, count, season, out); return;
    case RATIOS: seasonal_ratios(values, count, season, out, &work); return;
    case AVERAGES: average_cycles(values, count, season, out); return;
    case PHASE_MEANS: smooth_phase_means(values, count, season, out, &work); return;
    case SEASONALITY: b->control.value = is_seasonal(values, count, season, &work); return;
    case SMOOTH_LEVEL: b->control.value = smooth_level(values, count); return;
    case PLAIN_PASS:
    case ADDED_PASS:
    case MULTIPLIED_PASS:
      b->control.value = run_pass(part, values, count, part == PLAIN_PASS ? 0 : (int)b->control.seasons[0], arguments, out);
      return;
    case ADDED_LANES:
    case MULTIPLIED_LANES:
      run_passes(values, count, (int)b->control.seasons[0], part == MULTIPLIED_LANES, arguments, out, &work);
      return;
    case ADDITIVE_SEARCH: {
      const AdditiveFits fits = search_additive(&h);
      const int search = (int)arguments[0];
      tell_fit(&fits.searches[search], start_of(&fits.of, search), out);
      return;
    }
    case RIDGE: {
      const int size = (int)arguments[0];
      fit_ridge(arguments + 3, arguments + 3 + size * size, size, arguments[1], (int)arguments[2], out, &work);
      return;
    }
    case LOESS: {
      Rows rows = {.of = borrow(&work, (Size)KEPT_ROWS * smaller(season, count))};
      const Loess loess = loess_of(season, count, &rows);
      smooth(&loess, values, out);
      out[count] = smooth_at(&loess, values, -1);
      out[count + 1] = smooth_at(&loess, values, count);
      return;
    }
    case DECOMPOSITION: {
      const Decomposition d = decompose(&h, values, h.seasons, h.season_count);
      for (int i = 0; i < h.season_count; i++) copy(out + i * count, d.seasonal[i], count);
      copy(out + h.season_count * count, d.trend, count);
      copy(out + (h.season_count + 1) * count, d.remainder, count);
      return;
    }
    case MEASURES: b->control.value = h.is_positive; return;
  }
}
