import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluateConfig } from '../../../src/config/evaluate.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { storeEvaluated } from '../../../src/config/trust.ts';
import { trustFile } from '../../../src/config/trust-identity.ts';
import { makePlace, type Place } from './place.ts';

let place: Place;
beforeEach(() => {
  place = makePlace('a repo é');
});
afterEach(() => place.remove());

const evaluate = (name: string) => evaluateConfig(path.join(place.root, name), place.root);

describe('an executable configuration', () => {
  it.each([
    ['claude-session.config.mjs', 'export default { context: { commits: 1 + 1 } };'],
    ['claude-session.config.js', 'export default { context: { commits: 2 } };'],
    ['.claude-sessionrc.cjs', 'module.exports = { context: { commits: 2 } };'],
    ['.config/claude-sessionrc.js', 'exports.default = { context: { commits: 2 } };'],
    [
      '.claude-sessionrc.mjs',
      'import { n } from "./conf/n.mjs"; console.log("noise"); export default { context: { commits: n } };',
    ],
    ['.claude-sessionrc.cjs', 'const n = require("./conf/n"); module.exports = { context: { commits: n } };'],
    [
      '.claude-sessionrc.mjs',
      'setInterval(() => {}, 1000); export default await Promise.resolve({ context: { commits: 2 } });',
    ],
  ])('%s is evaluated to data: %s', async (name, text) => {
    place.write('conf/n.mjs', 'export const n = 2;');
    place.write('conf/n.js', 'module.exports = 2;');
    place.write(name, text);
    const result = await evaluate(name);
    expect(result.value).toEqual({ context: { commits: 2 } });
    expect(Object.keys(result.files).length).toBe(text.includes('conf/n') ? 2 : 1);
  });

  it.each([
    [
      'reads another file',
      'import { readFileSync } from "node:fs"; export default { x: readFileSync("SECRET", "utf8") };',
      'reads, writes or starts',
    ],
    [
      'reads what a computed import names',
      'export default { x: await import("SEC" + "RET") };',
      'reads, writes or starts',
    ],
    [
      'writes',
      'import { writeFileSync } from "node:fs"; writeFileSync("CANARY", ""); export default {};',
      'reads, writes or starts',
    ],
    [
      'starts a program',
      'import { execSync } from "node:child_process"; execSync("touch CANARY"); export default {};',
      'reads, writes or starts',
    ],
    [
      'starts a thread',
      'import { Worker } from "node:worker_threads"; new Worker("1", { eval: true }); export default {};',
      'reads, writes or starts',
    ],
    [
      'never ends',
      'await new Promise(() => setInterval(() => {}, 9)); export default {};',
      'longer than 5 s',
    ],
    ['throws', 'throw new Error("boom");', 'boom'],
    ['ends the process', 'process.exit(0); export default {};', 'ended early'],
    ['has a function in it', 'export default { context: () => 1 };', 'function'],
    ['is no object', 'export default [1];', 'not an object'],
    ['has no default', 'export const a = 1;', 'no default export'],
    ['is circular', 'const a = {}; a.a = a; export default a;', 'circular'],
    ['imports what is not there', 'import "./none.mjs"; export default {};', 'not there'],
    ['imports from outside', 'import "../outside.mjs"; export default {};', 'outside the repository'],
    [
      'imports over a link to the outside',
      'import "./link.mjs"; export default {};',
      'outside the repository',
    ],
    ['imports a package', 'import "left-pad"; export default {};', ''],
  ])('that %s is refused and did nothing', async (_, text, words) => {
    const canary = path.join(place.base, 'canary');
    const secret = place.write('../secret.mjs', 'export default "secret";');
    place.write('../outside.mjs', '');
    symlinkSync(path.join(place.base, 'outside.mjs'), path.join(place.root, 'link.mjs'));
    place.write('node_modules/left-pad/index.js', 'module.exports = 1');
    const code = text
      .replaceAll('CANARY', canary)
      .replace('SECRET', secret)
      .replace('"SEC" + "RET"', `"${secret.slice(0, 3)}" + "${secret.slice(3)}"`);
    place.write('claude-session.config.mjs', code);
    await expect(evaluate('claude-session.config.mjs')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(words),
    });
    expect(() => readFileSync(canary)).toThrow(/ENOENT/);
  });

  it('gets no environment', async () => {
    place.write('claude-session.config.mjs', 'export default { env: Object.keys(process.env) };');
    expect((await evaluate('claude-session.config.mjs')).value).toEqual({ env: [] });
  });

  it('in TypeScript works where Node strips types, and says so where it does not', async () => {
    place.write(
      'claude-session.config.ts',
      'const commits: number = 2; export default { context: { commits } };',
    );
    const result = evaluate('claude-session.config.ts');
    if ('stripTypeScriptTypes' in nodeModule)
      expect((await result).value).toEqual({ context: { commits: 2 } });
    else await expect(result).rejects.toThrow(/cannot read TypeScript.*22\.13/);
  });

  it('counts while it and its imports are unchanged, and yields to data in the same folder', async () => {
    place.write('n.mjs', 'export const n = 2;');
    const file = place.write(
      'claude-session.config.mjs',
      'import { n } from "./n.mjs"; export default { context: { commits: n } };',
    );
    expect(loadConfig(place)).toMatchObject({
      executable: file,
      warnings: [{ code: 'executable', file, message: 'not read: executable' }],
    });
    storeEvaluated({ ...place, executable: await evaluate('claude-session.config.mjs') });
    const trusted = loadConfig(place);
    expect(trusted).toMatchObject({
      problems: [],
      executable: undefined,
      config: { context: { commits: 2 } },
    });
    expect(trusted.origins.get('context.commits')).toMatchObject([{ layer: 'project', file }]);

    place.write('n.mjs', 'export const n = 3;');
    const changed = loadConfig(place);
    expect(changed.config.context.commits).toBe(10);
    expect(changed.warnings).toMatchObject([{ message: 'not read: changed since it was trusted' }]);
    place.write('n.mjs', 'export const n = 2;');
    expect(loadConfig(place).config.context.commits).toBe(2);

    place.write('.claude-sessionrc.json', { context: { commits: 5 } });
    expect(loadConfig(place).config.context.commits).toBe(5);
    rmSync(path.join(place.root, '.claude-sessionrc.json'));
    writeFileSync(trustFile(place.repository, place.user), '{}');
    expect(loadConfig(place).config.context.commits).toBe(10);
  });

  it('is checked like any other file: what it evaluates to can be wrong or forbidden', async () => {
    place.write('claude-session.config.mjs', 'export default { chekpoints: {}, redact: null };');
    storeEvaluated({ ...place, executable: await evaluate('claude-session.config.mjs') });
    expect(
      loadConfig(place)
        .errors.map((problem) => problem.code)
        .sort(),
    ).toEqual(['loosens-safety', 'unknown-key']);
  });
});
