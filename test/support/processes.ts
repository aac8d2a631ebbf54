import * as fs from 'node:fs';
import * as path from 'node:path';

export interface FoundProcess {
  pid: number;
  command: string;
}

/**
 * Processes that belong to the folder `root`: whose HOME or working directory lies in it. Linux only; elsewhere
 * the list is empty. Never lists this process.
 */
export function processesIn(root: string): FoundProcess[] {
  const found: FoundProcess[] = [];
  let names: string[];
  try {
    names = fs.readdirSync('/proc');
  } catch {
    return found;
  }
  for (const name of names) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${name}/status`, 'utf8'))) continue;
      if (!belongsTo(name, root)) continue;
      const command = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      found.push({ pid, command });
    } catch {
      // Gone in the meantime, or someone else's.
    }
  }
  return found;
}

function belongsTo(name: string, root: string): boolean {
  const environment = fs.readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
  if (environment.some((entry) => entry.startsWith(`HOME=${root}${path.sep}`))) return true;
  const cwd = fs.readlinkSync(`/proc/${name}/cwd`);
  return cwd === root || cwd.startsWith(`${root}${path.sep}`);
}

/** Waits until no process of `root` is left. @returns those that are still there at the limit. */
export async function waitForProcesses(root: string, timeoutMs: number): Promise<FoundProcess[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = processesIn(root);
    if (found.length === 0 || Date.now() >= deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends what is left of `root`, one by one. @returns what had to be ended. */
export function killProcesses(root: string): FoundProcess[] {
  const found = processesIn(root);
  for (const { pid } of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone in the meantime.
    }
  }
  return found;
}
