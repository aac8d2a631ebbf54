import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** The version of Claude Code the end-to-end tests run. */
export const CLIENT_VERSION = '2.1.197';

/** Where `scripts/get-client.ts` puts it: outside the dependencies of the package. */
export function clientFolder(projectRoot: string): string {
  return path.join(projectRoot, 'node_modules/.cache/claude-code', CLIENT_VERSION);
}

/** The native binary in an installed client that runs here and has the right version, if there is one. */
export function findClient(folder: string): string | undefined {
  const scope = path.join(folder, 'node_modules/@anthropic-ai');
  if (!fs.existsSync(scope)) return undefined;
  for (const name of fs.readdirSync(scope).sort()) {
    if (!name.startsWith('claude-code-')) continue;
    for (const file of ['claude', 'claude.exe']) {
      const binary = path.join(scope, name, file);
      if (fs.existsSync(binary) && versionOf(binary) === CLIENT_VERSION) return binary;
    }
  }
  return undefined;
}

function versionOf(binary: string): string | undefined {
  try {
    const env = { PATH: process.env.PATH ?? '', HOME: path.join(path.dirname(binary), 'no-home') };
    const text = execFileSync(binary, ['--version'], {
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 30_000,
      env,
    });
    return text.trim().split(' ')[0];
  } catch {
    return undefined;
  }
}
