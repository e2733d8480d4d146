/** Where this package lies: the folder that holds boards/, models/ and firmware/. */

import { fileURLToPath } from "node:url";

/** Two folders above both host/cli/ (sources) and dist/cli/ (compiled). */
export const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
