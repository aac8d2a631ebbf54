import { sha256 } from '../../platform/digest.ts';
import type { Replay, ReplayStep } from '../types.ts';
import { embedJson, escapeHtml } from './model/embed.ts';
import { pagePayload } from './payload.ts';

/** The parts of the page that are built with claude-hooks: one script, one style sheet. */
export interface PageAssets {
  script: string;
  style: string;
}

/**
 * A replay as one page that needs nothing else: no file, no network. Its policy runs no script but the page's own, known by hash,
 * and lets nothing be loaded or sent; recorded texts are data in an element that is never run. They are redacted
 * again, long ones may be cut (`pagePayload`).
 */
export function renderReplayPage(replay: Replay, assets: PageAssets): string {
  const { steps, ...rest } = pagePayload(replay);
  const title = `Replay of ${rest.session}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${ICON}">
<style>${assets.style}</style>
</head>
<body>
<div id="app"><p class="opening">Opening ${steps.length.toLocaleString('en')} steps …</p><noscript>This page shows the replay with its own script. Allow it, or read the replay in the terminal: claude-hooks replay</noscript></div>
<div id="print"></div>
<script type="application/json" id="replay">${embedJson(rest)}</script>
${pieces(steps)}
<script>${assets.script}</script>
</body>
</html>
`;
}

/** Characters of one piece, about: a browser reads it in some hundredths of a second. */
const PIECE = 2_000_000;

/** The steps in elements of their own, each a list, so that a page of many can be read bit by bit. */
function pieces(steps: readonly ReplayStep[]): string {
  const elements: string[] = [];
  let [piece, length]: [string[], number] = [[], 0];
  const close = (): void => {
    if (piece.length > 0)
      elements.push(`<script type="application/json" class="steps">[${piece.join(',')}]</script>`);
    [piece, length] = [[], 0];
  };
  for (const step of steps) {
    const text = embedJson(step);
    piece.push(text);
    length += text.length;
    if (length > PIECE) close();
  }
  close();
  return elements.join('\n');
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%234453c8'/%3E%3Cpath d='M6 4.5v7l5.5-3.5z' fill='white'/%3E%3C/svg%3E";

function policy({ script, style }: PageAssets): string {
  const hash = (text: string): string => `'sha256-${Buffer.from(sha256(text), 'hex').toString('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    // The page's own icon.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    // Nothing can become markup or script by way of a string.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
