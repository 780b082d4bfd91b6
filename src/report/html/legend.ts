// What the marks of a chart stand for. In: classes of marks. Out: a sample of each, 28 by 10, as SVG.

const shapes: Readonly<Record<string, string>> = {
  fold: '<path class="fold" d="M1 5H13"/><path class="fold other" d="M15 5H27"/>',
  band: '<rect class="band" x="1" width="26" height="10"/>',
  missing: '<rect class="missing" x="10" width="8" height="10"/>',
  outlier: '<circle class="outlier" cx="14" cy="5" r="3.5"/>',
};

export const keySize = { width: 28, height: 10 };

/** @param place attributes of the sample */
export function drawKey(mark: string, place: string): string {
  const shape = shapes[mark] ?? `<path class="${mark}" d="M1 5H27"/>`;
  return `<svg viewBox="0 0 ${keySize.width} ${keySize.height}" ${place}>${shape}</svg>`;
}
