// The airline model, SARIMA(0,1,1)(0,1,1) of the logarithms (Box & Jenkins, Time Series Analysis, 1970, chapter 9): growth and season go on
// as they were last, smoothed. In: a history. Out: its forecast.
#pragma once
#include "history.h"
#include "naive.h"
#include "shares.h"

// θ and Θ stand where a smoothing has the shares of its level and its season.
static const Grid airline_grid = {{4, 1, 1, 4}, {{0.1, 0.4, 0.7, 0.92}, {0}, {0}, {0.1, 0.4, 0.7, 0.92}}};

typedef struct {
  const double *differences; // [count] from step season + 1 on
  int count, season;
  Lanes *errors; // [season + 1 + count] by step, zeros first: as many as are looked back on
} Airline;

// The errors of several choices of coefficients. @returns Σ ε² of each
APART Lanes run_airline(const Airline *of, Lanes theta, Lanes seasonal) {
  Lanes *errors = of->errors;
  Lanes last = splat(0), older = splat(0), squares = splat(0);
  for (int t = 0; t < of->count; t++) {
    // A season before step t + season + 1.
    const Lanes cycle = errors[t + 1];
    last = splat(of->differences[t]) + theta * last + seasonal * (cycle - theta * older);
    older = cycle;
    errors[t + of->season + 1] = last;
    squares += last * last;
  }
  return squares;
}

static void score_airline(const void *of, Trials *trials) {
  Lanes theta = splat(0), seasonal = splat(0);
  for (int i = 0; i < trials->count; i++) {
    theta[i] = trials->shares[i].of[LEVEL];
    seasonal[i] = trials->shares[i].of[SEASON];
  }
  store(trials->scores, run_airline(of, theta, seasonal));
}

// (1 − B)(1 − Bᵐ) y(t) = (1 − θB)(1 − ΘBᵐ) ε(t), with the θ and Θ of least squared errors; naive without a season met twice.
static void airline(History *h, double *out, int horizon) {
  const int place = usable_season(h);
  if (place < 0) {
    naive(h, out, horizon);
    return;
  }
  const int season = h->seasons[place], start = season + 1, count = h->count;
  const double *logs = logs_of(h);
  double *differences = borrow(h->work, larger(0, count - start));
  for (int t = start; t < count; t++) differences[t - start] = logs[t] - logs[t - 1] - (logs[t - season] - logs[t - start]);
  Airline of = {.differences = differences, .count = larger(0, count - start), .season = season};
  of.errors = borrow_lanes(h->work, (Size)start + of.count);
  for (int t = 0; t < start; t++) of.errors[t] = splat(0);
  Search search = search_of(&airline_grid);
  search_shares(&search, 1, score_airline, &of);
  const double theta = search.best.of[LEVEL], seasonal = search.best.of[SEASON];
  run_airline(&of, splat(theta), splat(seasonal));
  for (int i = 0; i < horizon; i++) {
    const int t = count + i;
    const double error = t - 1 < count ? of.errors[t - 1][0] : 0, cycle = t - season < count ? of.errors[t - season][0] : 0;
    const double older = t - start < count ? of.errors[t - start][0] : 0;
    const double before = i < 1 ? logs[t - 1] : out[i - 1], cycle_before = i < season ? logs[t - season] : out[i - season];
    const double older_before = i < start ? logs[t - start] : out[i - start];
    out[i] = before + cycle_before - older_before - (theta * error + seasonal * (cycle - theta * older));
  }
  leave_logs(h, out, horizon);
}
