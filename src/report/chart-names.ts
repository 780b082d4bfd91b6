// What `report --svg` takes, listed apart from the charts themselves so that reading the command line loads none of them.

export const chartNames = [
  "forecast",
  "backtest",
  "error-by-step",
  "error-by-fold",
  "calibration",
  "autocorrelation",
  "errors",
  "training",
  "inputs",
  "lags",
  "forecast-inputs",
  "forecast-lags",
  "attention",
  "effects",
  "candidates",
  "weights",
] as const;
export type ChartName = (typeof chartNames)[number];
