/** Who predicts: the columns of every table. */

/**
 * float: the float model before rounding; grid: the float model after rounding (grid control);
 * native: the firmware built for the host; device: the board under test.
 */
export const ENGINES = ["float", "grid", "native", "device"] as const;

export type EngineName = (typeof ENGINES)[number];
