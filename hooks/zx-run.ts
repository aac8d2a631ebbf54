import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import 'zx/globals';

// Runs a zx script of the project with zx's globals, in a process of its own: zx-run.cjs <script> [arguments].
const script = process.argv[2];
if (script === undefined) {
  process.stderr.write('claude-hooks: zx-run needs the path of a script\n');
  process.exitCode = 2;
} else {
  const file = path.resolve(script);
  process.argv.splice(1, 2, file);
  import(pathToFileURL(file).href).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  });
}
