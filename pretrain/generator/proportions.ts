// How often the generator makes what: the one place to change the mixture. Every table holds weights, which need not sum to 1.

export const familyShares = [
  // The sums that most business series are: trend, season, noise. The widest family, so the largest.
  ["structural", 30],
  // What exponential smoothing is optimal for, so that the gate learns when to trust it; both additive and multiplicative.
  ["ets", 15],
  // What autoregressions are optimal for, and the random walks on which nothing beats naive.
  ["sarima", 10],
  // Smooth shapes that no classical method has in mind. Few: more of them did not help an earlier experiment.
  ["gaussianProcess", 7],
  // Sales of single products, admissions, visits: much of what is forecast in practice, and where zeros and whole numbers matter.
  ["counts", 12],
  ["weather", 8],
  // Pseudo-cycles, on which every fixed season misleads.
  ["cyclic", 5],
  // Load, traffic and visits: two seasons at once, which is where knowing them pays most.
  ["activity", 8],
  // Logs or levels: the choice that decides the error on growing series.
  ["growth", 5],
] as const;

export type FamilyName = (typeof familyShares)[number][0];

type SeasonShares = readonly (readonly [seasons: "random" | readonly number[], weight: number])[];

/** Seasons as frequencies have them, in steps: how common the frequency is, more for two seasons, which are harder. */
const commonSeasons: SeasonShares = [
  // Yearly data, and what has no season.
  [[], 14],
  // Months, quarters, two months.
  [[12], 21],
  [[4], 9],
  [[6], 2],
  // Weeks and four-week periods.
  [[52], 7],
  [[13], 2],
  // Days: of the week, of the working week, of the year; 364 is a whole number of weeks.
  [[7], 7],
  [[5], 2],
  [[7, 365], 3],
  [[7, 364], 1],
  [[365], 2],
  // Hours, half hours, quarter hours: of the day and of the week.
  [[24], 6],
  [[24, 168], 11],
  [[168], 1],
  [[48], 2],
  [[48, 336], 3],
  [[96], 1],
  [[96, 672], 1],
  // So that no length is special to the network.
  ["random", 5],
];

/** Families that a general season would make no sense for. */
const ownSeasons: Partial<Record<FamilyName, SeasonShares>> = {
  weather: [
    [[12], 22],
    [[365], 16],
    [[7, 365], 8],
    [[52], 12],
    [[24], 18],
    [[48], 4],
    [[96], 2],
    [[4], 4],
    [[], 8],
    ["random", 6],
  ],
  // Mostly none is told: the data have none, and a season finder says so.
  cyclic: [
    [[], 60],
    [[12], 16],
    [[4], 8],
    [[7], 4],
    [[24], 4],
    [[52], 4],
    ["random", 4],
  ],
  activity: [
    [[24, 168], 44],
    [[48, 336], 12],
    [[96, 672], 4],
    [[24], 10],
    [[48], 2],
    [[168], 2],
    [[7], 12],
    [[7, 365], 8],
    [[7, 364], 2],
    [[5], 4],
  ],
  growth: [
    [[12], 40],
    [[4], 18],
    [[52], 10],
    [[7], 8],
    [[24], 3],
    [[], 15],
    ["random", 6],
  ],
};

export const seasonSharesOf = (family: FamilyName): SeasonShares => ownSeasons[family] ?? commonSeasons;

/** Bounds of a season named "random". */
export const randomSeason = { least: 2, most: 90 };

/** What the forecaster is told of the seasons that a series has. A finder is mostly right, so mostly the truth. */
export const tellings = [
  ["truth", 86],
  // A frequency suggests a season that the data do not have.
  ["absent", 5],
  // The data have one that nobody told of.
  ["hidden", 4],
  // One of two seasons is told; with one season alone this is the truth.
  ["partial", 4],
  ["wrong", 1],
] as const;

/** Families made of their season, which cannot be absent from them. */
export const seasonBound: ReadonlySet<FamilyName> = new Set(["activity", "weather", "growth"]);

/** Shares of the series that something happens to; several may happen to one. */
export const disturbanceShares = {
  levelShift: 0.1,
  outliers: 0.1,
  trendChange: 0.04,
  // At the end of the history, where no test of a method has seen it: rare, but a forecast that does not notice is far off.
  lateChange: 0.08,
  // Values that somebody filled in, a broken meter, a closed shop.
  flatRun: 0.03,
} as const;

/** How a series without units gets them. Half of all real series are positive with a spread that follows the level. */
export const unitShares = [
  ["exponentiated", 42],
  ["offset", 38],
  ["signed", 15],
  ["clipped", 5],
] as const;

/** Share of the continuous series that are rounded, as most published data are. */
export const roundedShare = 0.22;

/** Shares of history lengths: some too short for their season, where the gate has to fall back on little. */
export const shortShare = 0.07;
export const shortLongSeasonShare = 0.13;

/** Horizons people ask for: a cycle or two, one of the usual numbers, or anything. */
export const horizonKinds = [
  ["cycles", 40],
  ["usual", 40],
  ["any", 20],
] as const;
export const usualHorizons = [6, 8, 12, 13, 14, 18, 24, 28, 30, 36, 48, 52, 60] as const;
