// One series as the methods take it, with what several of them need worked out once. In: values without gaps, and seasons. Out: those,
// with logarithms, seasonal indices and fits made when first asked for.
#pragma once
#include "decomposition.h"
#include "phase_means.h"
#include "portable.h"
#include "stl.h"

enum { MOST_SEASONS = 2 };

// What is made by season; null until it is.
typedef struct {
  double *of_values, *of_logs;
} Made;

// The additive Holt–Winters fits, lane by lane as holt_winters.h has them.
typedef struct {
  int is_made, season;
  double forecast[LANES], trend[LANES], damping[LANES]; // of the step after the last
  Lanes *indices;                                       // [season] by t mod season, after the last step
} Fits;

typedef struct {
  const double *values; // [count] finite, at least one
  int count;
  int season_count, seasons[MOST_SEASONS]; // ascending, each above 1 and at most count
  double min, max, last;
  int is_positive; // whether logarithms are of use: all values are well above zero
  // Room in the block that outlasts a method: by season, [season] each.
  double *room[MOST_SEASONS][3];
  // Natural logarithms, [count]; those before log_count are known, of a longer series too that begins alike.
  double *logs;
  int *log_count;
  Made indices[MOST_SEASONS];
  double *phase_means[MOST_SEASONS];
  Fits fits;
  Rows *rows[MOST_SEASONS]; // [STL_ROWS] for each place of a season
  Workspace *work;
} History;

// Below this share of the mean a value is too near zero for its logarithm to say anything of the level.
#define LEAST_SHARE 2e-3
// Forecasts in logarithms end this far beyond what was seen: a small error in them grows to a large one.
#define MOST_RATIO 3

// Goes on from the end of one series. @param out [horizon] filled
typedef void Method(History *history, double *out, int horizon);

// @param seasons those too long for the values are left out
APART void take_history(History *h, const double *values, int count, const int *seasons, int season_count) {
  double min = UNBOUNDED, max = -UNBOUNDED, sum = 0;
  for (int t = 0; t < count; t++) {
    const double value = values[t];
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  h->values = values;
  h->count = count;
  h->min = min;
  h->max = max;
  h->last = values[count - 1];
  h->is_positive = min > 0 && min >= LEAST_SHARE * sum / count;
  h->season_count = 0;
  for (int i = 0; i < season_count; i++)
    if (seasons[i] > 1 && seasons[i] <= count) h->seasons[h->season_count++] = seasons[i];
  for (int i = 0; i < MOST_SEASONS; i++) {
    h->indices[i] = (Made){0, 0};
    h->phase_means[i] = 0;
  }
  h->fits.is_made = 0;
}

// The values themselves where they are not positive.
static const double *logs_of(History *h) {
  if (!h->is_positive) return h->values;
  for (; *h->log_count < h->count; ++*h->log_count) h->logs[*h->log_count] = logarithm(h->values[*h->log_count]);
  return h->logs;
}

static int first_season(const History *h) { return h->season_count > 0 ? h->seasons[0] : 1; }
static int last_season(const History *h) { return h->season_count > 0 ? h->seasons[h->season_count - 1] : 1; }

// The place of the first season, where the history holds two cycles of it, else −1.
static int usable_season(const History *h) { return h->season_count > 0 && h->count >= 2 * h->seasons[0] ? 0 : -1; }

// The place of the longest season met by two cycles, else −1.
static int longest_whole(const History *h) {
  int place = h->season_count - 1;
  while (place >= 0 && 2 * h->seasons[place] > h->count) place--;
  return place;
}

// [season] additive indices by t mod season, mean 0: of the values.
static const double *indices_of(History *h, int place) {
  if (!h->indices[place].of_values) {
    h->indices[place].of_values = h->room[place][0];
    seasonal_indices(h->values, h->count, h->seasons[place], h->room[place][0]);
  }
  return h->indices[place].of_values;
}

// [season] likewise, of the logarithms: exp of them multiplies.
static const double *log_indices_of(History *h, int place) {
  if (!h->indices[place].of_logs) {
    h->indices[place].of_logs = h->room[place][1];
    seasonal_indices(logs_of(h), h->count, h->seasons[place], h->room[place][1]);
  }
  return h->indices[place].of_logs;
}

// [season] means by t mod season, smoothed over neighbouring phases as far as that helps: of the values.
static const double *phase_means_of(History *h, int place) {
  if (!h->phase_means[place]) {
    h->phase_means[place] = h->room[place][2];
    smooth_phase_means(h->values, h->count, h->seasons[place], h->room[place][2], h->work);
  }
  return h->phase_means[place];
}

// @param out [horizon] a forecast of the logarithms, made one of the values, within bounds
APART void leave_logs(const History *h, double *out, int horizon) {
  for (int i = 0; i < horizon; i++) {
    const double value =
        h->is_positive ? lesser(greater(exponential(out[i]), h->min / MOST_RATIO), h->max * MOST_RATIO) : out[i];
    out[i] = is_finite(value) ? value : h->last;
  }
}
