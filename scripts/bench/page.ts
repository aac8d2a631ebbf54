import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { renderReplayPage } from '../../src/replay/page/render-page.ts';
import { builtPageAssets, findBrowser } from '../../test/support/browser.ts';
import { longReplay } from '../../test/support/replays.ts';
import { base, type Row } from './harness.ts';

/** The page of `replay --html` in headless Chromium; none where there is none. */
export function pageRows(): Row[] {
  if (findBrowser() === undefined) {
    console.log('No Chromium on PATH: the replay page is not measured.');
    return [];
  }
  const row = (steps: number, goalMs?: number): Row => {
    const file = path.join(base, `replay-${steps}.html`);
    return {
      name: `replay page, ${steps.toLocaleString('en')} events, opened and stepped`,
      against: 'node -e 0',
      goalMs,
      rounds: 5,
      before: once(() => writeFileSync(file, renderReplayPage(longReplay(steps), builtPageAssets()))),
      run: () => {
        const script = ['scripts/run.mjs', 'scripts/open-replay-page.ts', file];
        return Number(execFileSync(process.execPath, script, { encoding: 'utf8' }));
      },
    };
  };
  return [row(10_000, 2_000), row(100_000)];
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
