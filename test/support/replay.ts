import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Sandbox } from './sandbox.ts';
import { FakeSession } from './session.ts';

/** Where the client keeps the transcripts of the sandbox's repository. */
export function clientFolder(sandbox: Sandbox): string {
  return path.join(sandbox.home, '.claude/projects', sandbox.repo.replace(/[^A-Za-z0-9]/g, '-'));
}

/** A session that works in the sandbox's repository. */
export function sessionIn(sandbox: Sandbox): FakeSession {
  return new FakeSession(clientFolder(sandbox), sandbox.repo);
}

/** Every file but git's, by name: kind, whether it can be executed, and content. */
export function filesBelow(root: string, folder = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (name === '.git' || name.startsWith(path.join('.claude', 'checkpoints'))) continue;
    const file = path.join(root, name);
    if (entry.isDirectory()) Object.assign(found, filesBelow(root, name));
    else if (entry.isSymbolicLink()) found[name] = `link ${fs.readlinkSync(file)}`;
    else found[name] = `${fs.statSync(file).mode & 0o100} ${fs.readFileSync(file).toString('base64')}`;
  }
  return found;
}

/** No two things happen in the same millisecond. */
export function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3));
}
