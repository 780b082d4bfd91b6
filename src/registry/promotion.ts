// When a challenger becomes champion. It stands alone because the flags are read by every run, and what compares models is not.

export const promotionRules = ["better", "always", "never"] as const;
export type Promotion = (typeof promotionRules)[number];
