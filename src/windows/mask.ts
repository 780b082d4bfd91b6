// How a padded step is marked. Series shorter than the window are padded on the left; every channel of a padded step holds
// this value, which the saved model's Masking layer looks for. A real step cannot hold it: scaled values stay far from it and
// indicator and calendar channels lie in [-1, 1].
export const maskValue = -9999;
