// Holt–Winters smoothing: level, damped trend and season; additive, in logarithms, multiplicative, and with fixed weights. In: a
// history. Out: its forecast.
#pragma once
#include "history.h"
#include "passes.h"
#include "smoothing.h"

// Of a level and a season alone, and with a trend.
static const Grid seasonal_grids[TREND_FORMS] = {
    {{4, 1, 1, 2}, {{0.03, 0.15, 0.4, 0.8}, {0}, {0}, {0.05, 0.3}}},
    {{3, 2, 1, 2}, {{0.1, 0.4, 0.8}, {0.03, 0.25}, {0.7}, {0.05, 0.3}}}};

// α = .12, β = 0, γ = .05: heavy smoothing that no short or odd history can lead astray.
static const Shares steady_shares = {{0.12, 0, 0, 0.05 / 0.88}};

// The additive fits of a history, made together: two forms of the values and two of their logarithms, in the halves of the lanes.
enum { FIRST_LOG_LANE = LANES / 2, STEADY_LANE = TREND_FORMS };

// What is smoothed. Without a usable season, a level and a trend alone.
typedef struct {
  const double *values[2]; // and their logarithms
  int count, season;       // 1 for none
  const double *initial[2];
  double start[2][TREND_FORMS][2];
  Lanes *indices; // [season]
} Seasonal;

static void run_seasonal(const Seasonal *of, int first, int second, Smoothings *s) {
  if (of->season == 1) {
    smooth_plain(of->values[first], of->values[second], of->count, s);
    return;
  }
  spread_indices(of->initial[first], of->initial[second], of->season, of->indices);
  smooth_added(of->values[first], of->values[second], of->count, of->season, of->indices, s);
}

static const double *start_of(const Seasonal *of, int search) { return of->start[search / TREND_FORMS][search % TREND_FORMS]; }

// Searches are two of the values, then two of the logarithms. Where both are among the trials, each has its half of the lanes.
static void score_seasonal(const void *of, Trials *trials) {
  const Seasonal *seasonal = of;
  int on_logs = 0;
  for (int i = 0; i < trials->count; i++) on_logs += trials->search[i] >= TREND_FORMS;
  const int is_mixed = on_logs > 0 && on_logs < trials->count;
  const int sides = is_mixed && (on_logs > FIRST_LOG_LANE || trials->count - on_logs > FIRST_LOG_LANE) ? 2 : 1;
  for (int side = 0; side < sides; side++) {
    Smoothings s = {.damping = splat(0)};
    int lanes[LANES], used[2] = {0, is_mixed && sides == 1 ? FIRST_LOG_LANE : 0};
    for (int i = 0; i < trials->count; i++) {
      const int is_log = trials->search[i] >= TREND_FORMS;
      lanes[i] = sides == 2 && is_log != side ? -1 : used[is_log]++;
      if (lanes[i] >= 0) set_lane(&s, lanes[i], &trials->shares[i], start_of(seasonal, trials->search[i]));
    }
    const int is_split = is_mixed && sides == 1, only = sides == 2 ? side : on_logs > 0;
    run_seasonal(seasonal, is_split ? 0 : only, is_split ? 1 : only, &s);
    for (int i = 0; i < trials->count; i++)
      if (lanes[i] >= 0) trials->scores[i] = s.squares[lanes[i]] / seasonal->count;
  }
}

// Before the first step of a series whose indices are taken out of its first two cycles.
static void start_season(const double *values, const double *initial, int season, int has_trend, double start[2],
                         Workspace *work) {
  double *cycles = borrow(work, 2 * (Size)season);
  for (int t = 0; t < 2 * season; t++) cycles[t] = values[t] - initial[t < season ? t : t - season];
  start_trend(cycles, 2 * season, season, has_trend, start);
}

typedef struct {
  Seasonal of;
  int count; // of searches: two of the values, and two of their logarithms where these are of use
  Search searches[2 * TREND_FORMS];
} AdditiveFits;

static AdditiveFits search_additive(History *h) {
  const int place = usable_season(h), season = place < 0 ? 1 : h->seasons[place], sides = h->is_positive ? 2 : 1;
  AdditiveFits fits = {.of = {.values = {h->values, logs_of(h)}, .count = h->count, .season = season, .indices = h->fits.indices}};
  Seasonal *of = &fits.of;
  if (season > 1) {
    of->initial[0] = indices_of(h, place);
    of->initial[1] = h->is_positive ? log_indices_of(h, place) : of->initial[0];
  }
  for (int side = 0; side < sides; side++)
    for (int form = 0; form < TREND_FORMS; form++) {
      if (season > 1) start_season(of->values[side], of->initial[side], season, form, of->start[side][form], h->work);
      else start_without_season(of->values[side], of->count, form, of->start[side][form]);
      fits.searches[fits.count++] = search_of(season > 1 ? &seasonal_grids[form] : &plain_grids[form]);
    }
  search_shares(fits.searches, fits.count, score_seasonal, of);
  return fits;
}

static void fit_additive(History *h) {
  const AdditiveFits fits = search_additive(h);
  Smoothings s = {.damping = splat(0)};
  for (int search = 0; search < fits.count; search++) {
    const int lane = search / TREND_FORMS * FIRST_LOG_LANE + search % TREND_FORMS;
    set_lane(&s, lane, &fits.searches[search].best, start_of(&fits.of, search));
  }
  set_lane(&s, STEADY_LANE, &steady_shares, fits.of.start[0][WITHOUT_TREND]);
  run_seasonal(&fits.of, 0, 1, &s);
  h->fits.is_made = 1;
  h->fits.season = fits.of.season;
  store(h->fits.forecast, s.forecast);
  store(h->fits.trend, s.trend);
  store(h->fits.damping, s.damping);
}

// Goes on with the level, the trend and the season of a fit.
static void continue_fit(History *h, int lane, double *out, int horizon) {
  if (!h->fits.is_made) fit_additive(h);
  continue_trend(h->fits.forecast[lane], h->fits.trend[lane], h->fits.damping[lane], out, horizon);
  const int season = h->fits.season;
  if (season > 1)
    for (int i = 0, phase = h->count % season; i < horizon; i++) {
      out[i] += h->fits.indices[phase][lane];
      if (++phase == season) phase = 0;
    }
}

static void continue_additive(History *h, int lane, double *out, int horizon) {
  continue_fit(h, lane, out, horizon);
  replace_non_finite(out, horizon, h->last);
}

static void continue_logarithmic(History *h, int form, double *out, int horizon) {
  continue_fit(h, h->is_positive ? FIRST_LOG_LANE + form : form, out, horizon);
  leave_logs(h, out, horizon);
}

// Level and season, added (Holt–Winters without its trend; Winters 1960).
static void holt_winters(History *h, double *out, int horizon) { continue_additive(h, WITHOUT_TREND, out, horizon); }

// Level, damped trend and season, added (Gardner & McKenzie 1985).
static void damped_holt_winters(History *h, double *out, int horizon) { continue_additive(h, WITH_TREND, out, horizon); }

// holt_winters with weights that nothing is fitted to.
static void steady_holt_winters(History *h, double *out, int horizon) { continue_additive(h, STEADY_LANE, out, horizon); }

// The same two of the logarithms, where these are of use.
static void log_holt_winters(History *h, double *out, int horizon) { continue_logarithmic(h, WITHOUT_TREND, out, horizon); }
static void log_damped_holt_winters(History *h, double *out, int horizon) { continue_logarithmic(h, WITH_TREND, out, horizon); }

typedef struct {
  const double *values, *initial;
  int count, season;
  double start[2];
  Lanes *indices;
} Multiplied;

static Smoothings run_multiplied(const Multiplied *of, const Trials *trials) {
  Smoothings s = {.forecast = splat(1)};
  for (int i = 0; i < trials->count; i++) set_lane(&s, i, &trials->shares[i], of->start);
  spread_indices(of->initial, of->initial, of->season, of->indices);
  smooth_multiplied(of->values, of->count, of->season, of->indices, &s);
  return s;
}

static void score_multiplied(const void *of, Trials *trials) {
  const Multiplied *multiplied = of;
  const Smoothings s = run_multiplied(multiplied, trials);
  for (int i = 0; i < trials->count; i++) trials->scores[i] = s.squares[i] / multiplied->count;
}

// Where no choice of shares keeps level and season above zero, what was reached of the season stands, about the first level.
static void give_up(const Multiplied *of, const Shares *shares, Smoothings *s, Workspace *work) {
  double state[2] = {of->start[0], of->start[1]}, *indices = borrow(work, of->season), *errors = borrow(work, of->count);
  copy(indices, of->initial, of->season);
  pass_multiplied(of->values, of->count, of->season, shares, state, indices, errors);
  s->forecast[0] = state[0];
  s->trend[0] = state[1];
  for (int phase = 0; phase < of->season; phase++) of->indices[phase] = splat(indices[phase]);
}

// Level and damped trend, times the season; added where values are not well above zero, or there is no season.
static void multiplicative_holt_winters(History *h, double *out, int horizon) {
  const int place = usable_season(h);
  if (place < 0 || !h->is_positive) {
    damped_holt_winters(h, out, horizon);
    return;
  }
  const int season = h->seasons[place];
  const double *logs = log_indices_of(h, place);
  double *initial = borrow(h->work, season), *cycles = borrow(h->work, 2 * (Size)season);
  for (int phase = 0; phase < season; phase++) initial[phase] = exponential(logs[phase]);
  for (int t = 0; t < 2 * season; t++) cycles[t] = h->values[t] / initial[t < season ? t : t - season];
  Multiplied of = {.values = h->values, .initial = initial, .count = h->count, .season = season};
  start_trend(cycles, 2 * season, season, 1, of.start);
  of.indices = borrow_lanes(h->work, season);
  Search search = search_of(&seasonal_grids[WITH_TREND]);
  search_shares(&search, 1, score_multiplied, &of);
  Trials chosen = {.count = 0};
  add_trial(&chosen, 0, &search.best);
  Smoothings s = run_multiplied(&of, &chosen);
  if (!is_finite(s.squares[0])) give_up(&of, &search.best, &s, h->work);
  continue_trend(s.forecast[0], s.trend[0], phi(&search.best), out, horizon);
  for (int i = 0, phase = h->count % season; i < horizon; i++) {
    out[i] = lesser(greater(out[i] * of.indices[phase][0], h->min / MOST_RATIO), h->max * MOST_RATIO);
    if (++phase == season) phase = 0;
  }
  replace_non_finite(out, horizon, h->last);
}
