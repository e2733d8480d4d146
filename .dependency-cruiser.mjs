/** The arrows between the rooms of host/: what each may import. Checked by `make check`. */

const ROOMS = {
  core: [],
  nn: ["core"],
  tflite: ["nn", "core"],
  data: ["core"],
  metrics: ["core"],
  attacks: ["nn", "core"],
  train: ["nn", "data", "core"],
  link: ["core"],
  device: ["link", "core"],
  eval: ["core", "nn", "tflite", "data", "metrics", "attacks", "train", "device"],
  report: ["data", "metrics", "core"],
  import: ["nn", "core"],
  cli: ["core", "nn", "tflite", "data", "metrics", "attacks", "train", "device", "eval", "report", "import"],
};

const arrows = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room}-imports`,
  comment: `${room} may import ${allowed.length ? allowed.join(", ") : "no other room"}.`,
  severity: "error",
  from: { path: `^host/${room}/` },
  to: { path: "^host/", pathNot: `^host/(${[room, ...allowed].join("|")})/` },
}));

const packagesOfOneRoom = [
  ["tensor-engine", "@tensorflow", "nn"],
  ["serial-port", "serialport", "link|device|cli"],
  ["protobuf", "protobufjs", "link"],
].map(([name, module, rooms]) => ({
  name,
  comment: `Only ${rooms} knows ${module}.`,
  severity: "error",
  from: { path: "^host/", pathNot: `^host/(${rooms})/` },
  to: { path: `node_modules/${module}` },
}));

export default {
  forbidden: [
    ...arrows,
    ...packagesOfOneRoom,
    {
      name: "public-face",
      comment: "Another room is entered through its index.ts.",
      severity: "error",
      from: { path: "^host/([^/]+)/" },
      to: { path: "^host/[^/]+/", pathNot: "^host/($1/|[^/]+/index\\.ts$)" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "host/link/generated" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
