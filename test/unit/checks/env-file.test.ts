import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkEnvFile, parseEnvFile, readEnvFile } from '../../../src/checks/env-file.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'env-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

describe('parseEnvFile', () => {
  it('reads what dotenv reads', () => {
    const text =
      '\uFEFF# comment\nA=1\r\nexport B="two # not a comment" # comment\nC=\'x\'\n#D=1\nE=\nF=a b # c\n  G = `g`\nH="line one\nI=inside\nlast"\nJ=2\nnonsense\n=x\n';
    expect(Object.fromEntries(parseEnvFile(text))).toEqual({
      A: '1',
      B: 'two # not a comment',
      C: 'x',
      E: '',
      F: 'a b',
      G: 'g',
      H: 'line one\nI=inside\nlast',
      J: '2',
    });
  });

  it('takes an unclosed quote as one line', () => {
    expect(Object.fromEntries(parseEnvFile('A="open\nB=1'))).toEqual({ A: 'open', B: '1' });
  });

  it('reads back what was written, and survives any text', () => {
    const key = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/);
    const value = fc.stringMatching(/^[a-zA-Z0-9:/@.-]{0,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, value), (values) => {
        const text = Object.entries(values)
          .map(
            ([name, content], index) =>
              `${index % 2 === 0 ? 'export ' : ''}${name}=${index % 3 === 0 ? `"${content}\n${content}"` : content}`,
          )
          .join('\n');
        const expected = Object.fromEntries(
          Object.entries(values).map(([name, content], index) => [
            name,
            index % 3 === 0 ? `${content}\n${content}` : content,
          ]),
        );
        expect(Object.fromEntries(parseEnvFile(text))).toEqual(expected);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseEnvFile(text) instanceof Map));
  });
});

describe('checkEnvFile', () => {
  it('names what is missing and never a value', () => {
    fs.writeFileSync(path.join(root, '.env.example'), 'A=hunter2example\nB=\nSECRET_KEY=hunter2example\n');
    fs.writeFileSync(path.join(root, '.env'), 'A=hunter2real\n');
    const finding = checkEnvFile(root, '.env', '.env.example');
    expect(finding).toEqual({
      check: 'env',
      level: 'warn',
      text: '.env lacks B, SECRET_KEY, named in .env.example',
    });
    fs.rmSync(path.join(root, '.env'));
    expect(checkEnvFile(root, '.env', '.env.example').text).toBe(
      'there is no readable .env; .env.example names A, B, SECRET_KEY',
    );
  });

  it('is content without an example, and with everything there', () => {
    expect(checkEnvFile(root, '.env', '.env.example').level).toBe('ok');
    fs.writeFileSync(path.join(root, '.env.example'), 'A=\n');
    fs.writeFileSync(path.join(root, '.env'), 'A=1\nB=2\n');
    expect(checkEnvFile(root, '.env', '.env.example').level).toBe('ok');
  });

  it('counts the rest of a long list', () => {
    fs.writeFileSync(
      path.join(root, '.env.example'),
      Array.from({ length: 25 }, (_, i) => `K${i}=`).join('\n'),
    );
    fs.writeFileSync(path.join(root, '.env'), '');
    expect(checkEnvFile(root, '.env', '.env.example').text).toContain('K19 and 5 more');
  });

  it('reads nothing outside the working tree', () => {
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'outside-'));
    fs.writeFileSync(path.join(outside, 'e'), 'STOLEN_NAME=1');
    fs.symlinkSync(path.join(outside, 'e'), path.join(root, '.env.example'));
    expect(checkEnvFile(root, '.env', '.env.example').level).toBe('ok');
    expect(readEnvFile(root, path.join(outside, 'e'))).toBeUndefined();
    fs.rmSync(outside, { recursive: true });
  });
});
