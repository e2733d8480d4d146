/** How the size of a perturbation is measured. */

/** l0 counts changed elements, l1 sums, l2 is Euclid's, linf takes the largest. */
export const NORMS = ["l0", "l1", "l2", "linf"] as const;

export type Norm = (typeof NORMS)[number];
