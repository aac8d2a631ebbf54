/**
 * Opens a replay page in Chromium, steps, and prints the milliseconds from the opening to the second step being shown: the
 * start of the browser is not counted. Run with the page's file.
 */
import { pathToFileURL } from 'node:url';
import { findBrowser, launchBrowser } from '../test/support/browser.ts';

const [file] = process.argv.slice(2);
const executable = findBrowser();
if (file === undefined || executable === undefined) throw new Error('No page, or no Chromium on PATH');
const browser = await launchBrowser(executable);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 820 } });
  const start = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.locator('.steps a').first().waitFor();
  await page.keyboard.press('j');
  await page.locator('.event .permalink', { hasText: '#2' }).waitFor();
  console.log(performance.now() - start);
} finally {
  await browser.close();
}
