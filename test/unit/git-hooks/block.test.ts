import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_END,
  BLOCK_START,
  type BlockPlace,
  hookBlock,
  insertBlock,
  removeBlocks,
  shellQuote,
} from '../../../src/install/git-hooks/block.ts';

const shared: BlockPlace = {
  kind: 'shared',
  directory: '/gone',
  node: '/gone/node',
  candidates: ['node_modules/claude-hooks/dist', "packages/it's/dist"],
};
const block = hookBlock('post-commit', shared);

const line = fc.constantFrom(
  '#!/bin/sh',
  '#!/usr/bin/env bash',
  'exit 0',
  'echo a',
  '',
  '\t# >>> other >>>',
  '. "$(dirname -- "$0")/_/husky.sh"',
  'if true; then',
  'fi',
  'x\r',
);
const script = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.boolean())
  .map(([lines, last]) => lines.join('\n') + (last && lines.length > 0 ? '\n' : ''));

describe('the block in a script', () => {
  it('is put in once, taken out without a trace, and replaced in place', () => {
    fc.assert(
      fc.property(script, (text) => {
        const once = insertBlock(text, block);
        expect(insertBlock(once, block)).toBe(once);
        const removed = removeBlocks(once);
        // A last line without a newline gets one where the block follows it.
        expect([text, `${text}\n`]).toContain(removed);
        const newer = block.replace('post-commit', 'pre-push');
        expect(insertBlock(once, newer)).toBe(once.replace(block, newer));
      }),
      { numRuns: 2_000 },
    );
  });

  it('stands before everything but the first line and what loads husky 8', () => {
    expect(insertBlock('#!/bin/sh\nexec x\n', block)).toBe(`#!/bin/sh\n${block}exec x\n`);
    expect(insertBlock('exec x\n', block)).toBe(`${block}exec x\n`);
    const loader = '#!/bin/sh\n. "$(dirname -- "$0")/_/husky.sh"\n';
    expect(insertBlock(`${loader}\nnpm test\n`, block)).toBe(`${loader}${block}\nnpm test\n`);
    expect(insertBlock('#!/bin/sh', block)).toBe(`#!/bin/sh\n${block}`);
  });

  it('is one that a damaged end marker does not swallow', () => {
    const text = `#!/bin/sh\n${BLOCK_START}\nno end\n`;
    expect(removeBlocks(text)).toBeUndefined();
    expect(removeBlocks(`a\n${block}b\n${block}c`)).toBe('a\nb\nc');
    expect(removeBlocks(`a\r\n${block.replaceAll('\n', '\r\n')}b`)).toBe('a\r\nb');
    expect(removeBlocks(`a\n  ${BLOCK_START}\n  x\n  ${BLOCK_END}`)).toBe('a\n');
  });

  it('is quiet under set -eu where nothing is installed, and names no path of this machine', () => {
    expect(block).not.toContain('/gone');
    for (const place of [shared, { ...shared, kind: 'machine' as const }]) {
      const text = `set -eu\n${hookBlock('post-commit', place)}echo "$? reached $#"`;
      for (const env of [{ PATH: process.env.PATH }, { PATH: process.env.PATH, HOME: '/gone' }])
        expect(execFileSync('sh', ['-c', text, 'sh', 'a'], { env, encoding: 'utf8' })).toBe('0 reached 1\n');
    }
  });
});

it('quotes any text as one word of the shell', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({
          unit: fc.constantFrom('a', ' ', "'", '"', '\\', '$', '`', '*', 'é', '\n', ';'),
          maxLength: 8,
        }),
        { minLength: 1, maxLength: 20 },
      ),
      (words) => {
        const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(shellQuote).join(' ')}`], {
          encoding: 'utf8',
        });
        expect(printed.split('\0').slice(0, -1)).toEqual(words);
      },
    ),
    { numRuns: 60 },
  );
});
