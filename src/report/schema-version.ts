// The version that every JSON record carries. New keys do not change it; a key that changes its meaning would.

export const schemaVersion = 1;
