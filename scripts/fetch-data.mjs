#!/usr/bin/env node
// Fetches CIFAR-10 into the cache unless it is there; says what it downloads. Needs `make build`.

import { loadCifar10 } from "../dist/data/index.js";

for (const split of ["train", "test"]) await loadCifar10(split, { limit: 1, log: console.log });
