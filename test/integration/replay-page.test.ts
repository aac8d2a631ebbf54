import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { visible } from '../../src/platform/terminal.ts';
import { renderReplayPage } from '../../src/replay/page/render-page.ts';
import type { Replay, ReplayStep } from '../../src/replay/types.ts';
import { builtPageAssets, findBrowser, launchBrowser } from '../support/browser.ts';
import { clientFolder } from '../support/replay.ts';
import { hostileReplay, longReplay, manySteps, smallReplay } from '../support/replays.ts';
import { makeSandbox, PROJECT_ROOT } from '../support/sandbox.ts';

const executable = findBrowser();
const title =
  executable === undefined
    ? 'the replay page in a browser (skipped: no Chromium on PATH; scripts/get-programs.ts gets one)'
    : 'the replay page in a browser';
if (executable === undefined) console.warn(title);

describe.skipIf(executable === undefined)(title, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'replay-page-'));
  let browser: Browser;
  /** Everything a page did that it must not. */
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser(executable ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    const seen = complaints;
    complaints = [];
    expect(seen).toEqual([]);
  });

  async function open(
    replay: Replay,
    options: BrowserContextOptions & { hash?: string } = {},
  ): Promise<Page> {
    const file = path.join(folder, `${Math.random().toString(36).slice(2)}.html`);
    writeFileSync(file, renderReplayPage(replay, builtPageAssets()));
    return openFile(file, options);
  }

  async function openFile(
    file: string,
    { hash = '', ...context }: BrowserContextOptions & { hash?: string } = {},
  ): Promise<Page> {
    const opened = await browser.newContext({ viewport: { width: 1280, height: 820 }, ...context });
    const page = await opened.newPage();
    const address = pathToFileURL(file).href;
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:image/svg+xml,'))
        complaints.push(`request: ${request.url()}`);
    });
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(address + hash);
    await page.locator('main').waitFor();
    return page;
  }

  const shown = async (page: Page): Promise<string> =>
    (await page.locator('.event .permalink').textContent()) ?? '';
  const nodes = (page: Page): Promise<number> => page.evaluate('document.querySelectorAll("*").length');

  it('asks nothing of the network and complains about nothing', async () => {
    const page = await open(longReplay(300));
    await page.waitForTimeout(200);
    expect(await page.title()).toContain('b41f6a1c');
    expect(await page.locator('.steps li').count()).toBeGreaterThan(5);
    await page.context().close();
  });

  it('shows every event of a captured session once and in order', async () => {
    const sandbox = makeSandbox();
    try {
      const fixtures = path.join(PROJECT_ROOT, 'test/fixtures/claude-code/transcripts');
      cpSync(fixtures, clientFolder(sandbox), { recursive: true });
      for (const name of ['tools-tasks-subagent', 'compaction-resume-clear', 'api-error-529']) {
        const file = path.join(folder, `${name}.html`);
        const written = await sandbox.cli(['replay', name, '--html', file, '--json']);
        expect(written.code, written.stderr).toBe(0);
        const lines = (await sandbox.cli(['replay', name, '--json'])).stdout
          .trimEnd()
          .split('\n')
          .slice(1, -1);
        const steps = lines.map((line) => JSON.parse(line) as ReplayStep);
        expect(JSON.parse(written.stdout)).toMatchObject({ session: name, file, steps: steps.length });
        const page = await openFile(file);
        const seen: (string | null)[] = [];
        for (const _step of steps) {
          seen.push(await page.locator('.event .permalink').textContent());
          seen.push(await page.locator('#event-title').textContent());
          await page.keyboard.press('j');
        }
        expect(seen).toEqual(
          steps.flatMap(({ number, description }) => [`#${number}`, visible(description)]),
        );
        await page.context().close();
      }
    } finally {
      sandbox.cleanup();
    }
  });

  it('can be used by keyboard alone', async () => {
    const page = await open(smallReplay());
    const press = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      return shown(page);
    };
    expect(await shown(page)).toBe('#1');
    expect(await press('j')).toBe('#2');
    expect(await press('ArrowDown')).toBe('#3');
    expect(await press('k')).toBe('#2');
    expect(await press('d')).toBe('#4');
    expect(await press('d')).toBe('#5');
    expect(await press('D')).toBe('#4');
    expect(await press('e')).toBe('#6');
    expect(await press('e')).toBe('#8');
    expect(await press('e')).toBe('#8');
    expect(await press('E')).toBe('#6');
    expect(await press('End')).toBe('#9');
    expect(await press('Home')).toBe('#1');

    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    // What is behind the dialog does not listen.
    await page.keyboard.press('j');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await shown(page)).toBe('#1');

    await page.keyboard.press('f');
    const focused = page.locator(':focus');
    expect(await focused.getAttribute('aria-label')).toBe('Prompts, 1');
    await page.keyboard.press('Space');
    expect(await focused.getAttribute('aria-pressed')).toBe('false');
    await page.keyboard.press('Space');

    await page.keyboard.press('/');
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Search');
    await page.context().close();
  });

  it('plays from where it is to the end, and stops', async () => {
    const page = await open(smallReplay());
    await page.getByLabel('Speed').selectOption('5');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await shown(page)).toBe('#9');
    await page.context().close();
  });

  it('pauses where it is', async () => {
    const page = await open(longReplay(400));
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    const at = await page.locator('.where b').textContent();
    await page.waitForTimeout(600);
    expect(await page.locator('.where b').textContent()).toBe(at);
    await page.context().close();
  });

  it('shows recorded text as text, whatever is in it', async () => {
    const replay = hostileReplay();
    const page = await open(replay);
    for (let step = 0; step <= replay.steps.length; step += 1) {
      for (const pane of ['Event', 'Files']) {
        await page.getByRole('button', { name: pane, exact: true }).click();
        for (const mode of ['Change', 'File']) {
          const button = page.getByRole('button', { name: mode, exact: true });
          if ((await button.count()) > 0) await button.click();
          expect(await page.evaluate('String(window.x)')).toBe('undefined');
          const text = await page.evaluate<string>('document.documentElement.outerHTML');
          expect(text).not.toMatch(/[\u001b\u202a-\u202e\u2066-\u2069\u200b\u0007]/);
        }
      }
      await page.keyboard.press('j');
    }
    await page.keyboard.press('/');
    await page.keyboard.type('<img');
    await page.locator('.hit-rows a').first().waitFor();
    expect(await page.locator('img, iframe, object, embed, link[rel=stylesheet]').count()).toBe(0);
    expect(await page.evaluate('document.scripts.length')).toBe(1);
    expect(await page.evaluate('String(window.x)')).toBe('undefined');
    await page.emulateMedia({ media: 'print' });
    await page.locator('#print .printed').first().waitFor();
    expect(await page.locator('#print').textContent()).toContain('<img src=x onerror=');
    expect(await page.locator('img').count()).toBe(0);
    await page.context().close();
  });

  it('opens the step its address names, and goes back and forward', async () => {
    const page = await open(smallReplay(), { hash: '#step-5' });
    expect(await shown(page)).toBe('#5');
    await page.locator('.steps a[href="#step-7"]').click();
    expect(await shown(page)).toBe('#7');
    await page.keyboard.press('j');
    await page.locator('.steps a[href="#step-2"]').click();
    expect(page.url()).toMatch(/#step-2$/);
    await page.goBack();
    await expect.poll(() => shown(page)).toBe('#8');
    await page.goBack();
    await expect.poll(() => shown(page)).toBe('#5');
    await page.goForward();
    await expect.poll(() => shown(page)).toBe('#8');
    await page.context().close();
  });

  it('finds a text in any part of a step and goes from hit to hit', async () => {
    const page = await open(smallReplay());
    await page.keyboard.press('/');
    await page.keyboard.type('RARE');
    await page.getByText('3 steps', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    expect(await shown(page)).toBe('#2');
    await page.keyboard.press('Enter');
    expect(await shown(page)).toBe('#5');
    expect(await page.locator('.event mark').count()).toBeGreaterThan(0);
    await page.keyboard.press('Shift+Enter');
    expect(await shown(page)).toBe('#2');
    await page.locator('.hit-rows a').nth(2).click();
    expect(await shown(page)).toBe('#6');
    await page.keyboard.press('n');
    expect(await shown(page)).toBe('#2');
    await page.context().close();
  });

  it('leaves out lanes that are switched off', async () => {
    const page = await open(smallReplay());
    const lane = (name: string) => page.locator('.lane-buttons').getByRole('button', { name });
    await lane('Tools').click();
    expect(await page.locator('.steps li').count()).toBe(7);
    await lane('Edits').dblclick();
    expect(await page.locator('.steps li').count()).toBe(2);
    await page.keyboard.press('0');
    expect(await page.locator('.steps li').count()).toBe(9);
    await page.context().close();
  });

  it('shows the change and, where it is known whole, the file', async () => {
    const page = await open(smallReplay(), { hash: '#step-5' });
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    const lines = (kind: string): Promise<string[]> =>
      page.locator(`.one-file .line.${kind} .text`).allInnerTexts();
    expect(await lines('removed')).toEqual([expect.stringContaining('const rank = 1;')]);
    await page.keyboard.press('v');
    await page.getByText('The whole file is known: 3 lines.').waitFor();
    expect(await lines('removed')).toEqual([]);
    expect(await lines('added')).toEqual([expect.stringContaining('const rank = rare(word);')]);
    expect(await lines('earlier')).toHaveLength(2);
    await page.context().close();
  });

  it.each([390, 900, 1280, 1900])('fits a window of %i pixels', async (width) => {
    const page = await open(longReplay(200), { viewport: { width, height: 844 } });
    for (const key of ['d', 'e', 'd']) await page.keyboard.press(key);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.context().close();
  });

  it('is dark where the system is, light where the person says so, and stays so', async () => {
    const page = await open(smallReplay(), { colorScheme: 'dark' });
    const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await ground()).toBe('rgb(19, 20, 24)');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(ground).toBe('rgb(245, 245, 243)');
    await page.getByRole('button', { name: 'Light or dark' }).click();
    expect(await ground()).toBe('rgb(19, 20, 24)');
    await page.reload();
    expect(await ground()).toBe('rgb(19, 20, 24)');
    await page.context().close();
  });

  it('names everything that can be pressed', async () => {
    const page = await open(longReplay(200));
    for (const pane of ['Event', 'Files']) {
      await page.getByRole('button', { name: pane, exact: true }).click();
      const nameless = await page.evaluate(
        `[...document.querySelectorAll('button, a, input, select, section')].filter((element) =>
           !(element.getAttribute('aria-label') ?? '').trim() && !element.textContent.trim() && !element.labels?.length
         ).map((element) => element.outerHTML.slice(0, 120))`,
      );
      expect(nameless).toEqual([]);
    }
    await page.context().close();
  });

  it('holds still for those who want no motion', async () => {
    const page = await open(longReplay(200), { reducedMotion: 'reduce' });
    expect(await page.evaluate('getComputedStyle(document.querySelector(".step")).transitionDuration')).toBe(
      '0s',
    );
    await page.context().close();
  });

  it('prints every listed step instead of the window', async () => {
    const page = await open(smallReplay());
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => page.locator('#print .printed').count()).toBe(9);
    expect(await page.locator('#app').isVisible()).toBe(false);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    await page.emulateMedia({ media: 'screen' });
    await expect.poll(() => page.locator('#print *').count()).toBe(0);
    await page.context().close();
  });

  it('says that nothing is recorded, and what could not be read', async () => {
    const page = await open({
      session: 'empty',
      transcript: undefined,
      remarks: ['3 lines are damaged.'],
      steps: [],
    });
    await page.getByText('Nothing is recorded for this session.').waitFor();
    await page.getByText('The transcript is gone').click();
    await page.getByText('3 lines are damaged.').waitFor();
    for (const key of ['j', ' ', 'e', '0', '+']) await page.keyboard.press(key);
    await page.context().close();
  });

  it('keeps 100,000 steps out of the document', async () => {
    const page = await open(manySteps(100_000));
    await page.locator('.steps a').first().waitFor();
    expect(await nodes(page)).toBeLessThan(1_200);
    await page.keyboard.press('End');
    expect(await shown(page)).toBe('#100000');
    await page.locator('.steps a[aria-current=step]').waitFor();
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    await page.getByText('70 of 70 changed so far').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('step 9');
    await page.locator('.hit-rows a').first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await nodes(page)).toBeLessThan(1_200);
    await page.context().close();
  });
});
