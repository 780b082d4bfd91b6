// What exponential smoothing and its kin have to choose, how fast each part follows an error, and the search for it. In: what any choice
// scores. Out: the best one found. Several searches go on at once, for a pass over a series waits on each step for the one before, and
// eight of them take little longer than one.
#pragma once
#include "workspace.h"

// What the search turns, each in [0, 1]: the level's weight α, the trend's β as a share of α, where φ lies in its span, and the
// season's γ as a share of 1 − α. A share of zero, and a damping that does not damp, stay as they are: that part is fixed.
enum { LEVEL, TREND, DAMPING, SEASON, SHARE_COUNT };

typedef struct {
  double of[SHARE_COUNT];
} Shares;

// The span of the damping φ, as in Hyndman et al., Forecasting with Exponential Smoothing (2008), §2.5: beyond it φ cannot be told from 1 or 0.
#define LEAST_DAMPING 0.8
#define MOST_DAMPING 0.98
// The share at which φ is 1, so that the trend goes on for ever; the search neither goes there by itself nor leaves it.
#define UNDAMPED ((1 - LEAST_DAMPING) / (MOST_DAMPING - LEAST_DAMPING))

INLINE double alpha(const Shares *s) { return s->of[LEVEL]; }
INLINE double beta(const Shares *s) { return s->of[LEVEL] * s->of[TREND]; }
INLINE double phi(const Shares *s) { return LEAST_DAMPING + (MOST_DAMPING - LEAST_DAMPING) * s->of[DAMPING]; }
INLINE double gamma_of(const Shares *s) { return (1 - s->of[LEVEL]) * s->of[SEASON]; }

// Every combination of the given shares; the season turns fastest, then the damping.
typedef struct {
  int counts[SHARE_COUNT];
  double of[SHARE_COUNT][5];
} Grid;

static int grid_count(const Grid *g) { return g->counts[LEVEL] * g->counts[TREND] * g->counts[DAMPING] * g->counts[SEASON]; }

static Shares grid_at(const Grid *g, int i) {
  Shares shares;
  for (int part = SEASON; part >= LEVEL; part--) {
    shares.of[part] = g->of[part][i % g->counts[part]];
    i /= g->counts[part];
  }
  return shares;
}

typedef struct {
  const Grid *grid;
  int tried; // of the grid
  Shares best;
  double least;
  int refined; // how many of the refinements of the best are behind: a factor and a part each
} Search;

static Search search_of(const Grid *grid) { return (Search){.grid = grid, .best = grid_at(grid, 0), .least = UNBOUNDED}; }

static int take_better(Search *s, const Shares *shares, double score) {
  if (!(score < s->least)) return 0;
  s->least = score;
  s->best = *shares;
  return 1;
}

// The odds are multiplied and divided by these, one share after the other.
static const double refinements[] = {2, 1.4};
enum { REFINEMENTS = 2 * SHARE_COUNT };

// The next share that may be turned, either way.
typedef struct {
  int is_left, refined; // whether there is one, and how many refinements are behind after it
  Shares up, down;
} Refinement;

static Refinement refine(const Shares *best, int refined) {
  for (; refined < REFINEMENTS; refined++) {
    const int part = refined % SHARE_COUNT;
    const double factor = refinements[refined / SHARE_COUNT], share = best->of[part];
    if (share == 0 || share == UNDAMPED) continue;
    Refinement next = {.is_left = 1, .refined = refined + 1, .up = *best, .down = *best};
    next.up.of[part] = share * factor / (1 - share + share * factor);
    next.down.of[part] = share / (factor - share * factor + share);
    return next;
  }
  return (Refinement){.is_left = 0, .refined = refined};
}

// Up to eight trials that are scored in one pass.
typedef struct {
  int count;
  int search[LANES]; // whose trial it is
  Shares shares[LANES];
  double scores[LANES]; // the less the better; NaN counts as infinite
} Trials;

// @param of what the scores are of
typedef void ScoreTrials(const void *of, Trials *trials);

static void add_trial(Trials *trials, int search, const Shares *shares) {
  trials->search[trials->count] = search;
  trials->shares[trials->count++] = *shares;
}

static void add_refinement(Trials *trials, int search, const Refinement *refinement) {
  add_trial(trials, search, &refinement->up);
  add_trial(trials, search, &refinement->down);
}

// How the trials of a refinement, which begin at `first`, came out.
typedef enum { STAYED, WENT_UP, WENT_DOWN } Outcome;

static Outcome take_refinement(Search *s, const Trials *trials, int first, int refined) {
  s->refined = refined;
  if (take_better(s, &trials->shares[first], trials->scores[first])) return WENT_UP;
  return take_better(s, &trials->shares[first + 1], trials->scores[first + 1]) ? WENT_DOWN : STAYED;
}

APART void try_grids(Search *searches, int count, ScoreTrials *score, const void *of) {
  for (int s = 0;;) {
    Trials trials = {.count = 0};
    while (trials.count < LANES && s < count)
      if (searches[s].tried < grid_count(searches[s].grid)) {
        const Shares shares = grid_at(searches[s].grid, searches[s].tried++);
        add_trial(&trials, s, &shares);
      } else s++;
    if (trials.count == 0) return;
    score(of, &trials);
    for (int i = 0; i < trials.count; i++) take_better(&searches[trials.search[i]], &trials.shares[i], trials.scores[i]);
  }
}

enum { MOST_SEARCHES = LANES / 2 };

// Finds for each search the shares of the least score: the best of its grid, then of what lies around it. Lanes that are left over try the
// refinement after the next one, as it is when the best stays and, where there is room, when it moves.
APART void search_shares(Search *searches, int count, ScoreTrials *score, const void *of) {
  try_grids(searches, count, score, of);
  for (;;) {
    Trials trials = {.count = 0};
    Refinement next[MOST_SEARCHES], after[MOST_SEARCHES];
    int first[MOST_SEARCHES], active = 0;
    for (int s = 0; s < count; s++) {
      next[s] = refine(&searches[s].best, searches[s].refined);
      active += next[s].is_left;
    }
    if (active == 0) return;
    const int room = LANES / active;
    for (int s = 0; s < count; s++) {
      if (!next[s].is_left) continue;
      first[s] = trials.count;
      add_refinement(&trials, s, &next[s]);
      after[s] = refine(&searches[s].best, next[s].refined);
      if (room < 4 || !after[s].is_left) continue;
      add_refinement(&trials, s, &after[s]);
      if (room < 8) continue;
      const Refinement after_up = refine(&next[s].up, next[s].refined), after_down = refine(&next[s].down, next[s].refined);
      add_refinement(&trials, s, &after_up);
      add_refinement(&trials, s, &after_down);
    }
    score(of, &trials);
    for (int s = 0; s < count; s++) {
      if (!next[s].is_left) continue;
      const Outcome outcome = take_refinement(&searches[s], &trials, first[s], next[s].refined);
      if (room >= 4 && after[s].is_left && (room >= 8 || outcome == STAYED))
        take_refinement(&searches[s], &trials, first[s] + 2 + 2 * (int)outcome, after[s].refined);
    }
  }
}
