/** Importance sampling: regions of an image where derivatives were large are looked at more often. */

/** Regions along each side of an image, a channel each. */
const REGIONS = 8;

/** Share of the mean weight that no region falls below, so that none is lost to an unlucky first look. */
const FLOOR = 0.2;

export interface RegionImportance {
  /** Takes in the derivatives found at some elements. */
  observe(elements: ArrayLike<number>, derivatives: ArrayLike<number>): void;
  /** Writes each element's weight: the mean magnitude seen in its region, of unseen regions the mean of all. */
  weigh(out: Float64Array): void;
}

/** @param inputShape [height, width, channels?]; inputs of other ranks are one region */
export function regionImportance(inputShape: readonly number[]): RegionImportance {
  const regionOf = regionsOf(inputShape);
  const regions = regionOf.reduce((most, region) => Math.max(most, region), 0) + 1;
  const sums = new Float64Array(regions);
  const looks = new Float64Array(regions);
  return {
    observe(elements, derivatives) {
      for (let j = 0; j < elements.length; j++) {
        const region = regionOf[elements[j] as number] as number;
        sums[region] = (sums[region] as number) + Math.abs(derivatives[j] as number);
        looks[region] = (looks[region] as number) + 1;
      }
    },
    weigh(out) {
      const total = sums.reduce((sum, value) => sum + value, 0);
      const mean = total / looks.reduce((sum, value) => sum + value, 0);
      if (!(mean > 0)) {
        out.fill(1);
        return;
      }
      for (let i = 0; i < out.length; i++) {
        const region = regionOf[i] as number;
        // One look at the mean is added to each region, since a single derivative says little.
        const seen = ((sums[region] as number) + mean) / ((looks[region] as number) + 1);
        out[i] = Math.max(FLOOR * mean, seen);
      }
    },
  };
}

function regionsOf(inputShape: readonly number[]): Int32Array {
  const size = inputShape.reduce((product, extent) => product * extent, 1);
  const out = new Int32Array(size);
  if (inputShape.length < 2 || inputShape.length > 3) return out;
  const [height, width, channels = 1] = inputShape as [number, number, number?];
  for (let i = 0; i < size; i++) {
    const pixel = Math.floor(i / channels);
    const down = Math.floor((Math.floor(pixel / width) * REGIONS) / height);
    const right = Math.floor(((pixel % width) * REGIONS) / width);
    out[i] = (down * REGIONS + right) * channels + (i % channels);
  }
  return out;
}
