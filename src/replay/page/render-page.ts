import { sha256 } from '../../platform/digest.ts';
import type { Replay } from '../types.ts';
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
  const page = pagePayload(replay);
  const title = `Replay of ${page.session}`;
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
<div id="app"><noscript>This page shows the replay with its own script. Allow it, or read the replay in the terminal: claude-hooks replay</noscript></div>
<div id="print"></div>
<script type="application/json" id="replay">${embedJson(page)}</script>
<script>${assets.script}</script>
</body>
</html>
`;
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
