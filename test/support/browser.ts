import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import type { PageAssets } from '../../src/replay/page/render-page.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** A Chromium of the system: the first on PATH. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) =>
    existsSync(file),
  );
}

/** Without Chromium's sandbox, which a container's root has not the rights for. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** The built script and style sheet of the page, of the project the process runs in. */
export function builtPageAssets(): PageAssets {
  const read = (name: string): string => readFileSync(path.resolve('dist', name), 'utf8');
  return { script: read('replay-page.js'), style: read('replay-page.css') };
}
