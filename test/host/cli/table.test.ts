import { expect, it } from "vitest";
import { textTable } from "../../../host/cli/table.js";

it("lays out columns by their widest cell", () => {
  const columns = [
    { title: "id", align: "left" as const },
    { title: "n", align: "right" as const },
  ];
  expect(
    textTable(columns, [
      ["native", "1"],
      ["x", "1000"],
    ]),
  ).toBe("id         n\n------  ----\nnative     1\nx       1000\n");
});
