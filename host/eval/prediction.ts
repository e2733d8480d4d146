/** From what an engine returned to the class it predicts. */

/** The index of the largest value; of equal ones the first, as TFLite's label_image and numpy do. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
