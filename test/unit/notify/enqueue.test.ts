import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../../src/notify/notice.ts';
import { enqueueNotice, listOutbox, retryOutbox } from '../../../src/notify/outbox.ts';

let outbox: string;
beforeEach(() => {
  outbox = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'outbox-')), 'outbox');
  fs.mkdirSync(outbox);
});
afterEach(() => fs.rmSync(path.dirname(outbox), { recursive: true }));

const notice = (id: string, more: Partial<Notice> = {}): Notice => ({
  id,
  kind: 'error',
  title: `title ${id}`,
  text: 'text',
  project: 'demo',
  host: 'box',
  group: id,
  time: 1_000,
  ...more,
});
const window = { groupWindowMs: 1_000 };
const items = (): { notice: Notice; repeats: number }[] =>
  fs.readdirSync(path.join(outbox, 'waiting')).map(
    (name) =>
      JSON.parse(fs.readFileSync(path.join(outbox, 'waiting', name), 'utf8')) as {
        notice: Notice;
        repeats: number;
      },
  );

describe('enqueueNotice', () => {
  it('queues an id once, whatever it looks like', () => {
    for (const id of ['a', '../../x', '', 'ä'.repeat(5_000), 'a\0b']) {
      expect(enqueueNotice(outbox, notice(id), window)).toBe('queued');
      expect(enqueueNotice(outbox, notice(id), window)).toBe('duplicate');
    }
    expect(items()).toHaveLength(5);
    expect(fs.readdirSync(path.dirname(outbox)).filter((name) => name.startsWith('x'))).toEqual([]);
  });

  it('counts a group within its window and tells the count with the next message', () => {
    const at = (id: string, time: number) => enqueueNotice(outbox, notice(id, { group: 'g', time }), window);
    expect(at('1', 1_000)).toBe('queued');
    expect(at('2', 1_100)).toBe('grouped');
    expect(at('2', 1_100)).toBe('duplicate');
    expect(at('3', 1_999)).toBe('grouped');
    expect(at('4', 900)).toBe('grouped');
    expect(at('5', 2_000)).toBe('queued');
    expect(at('6', 2_001)).toBe('grouped');
    expect(at('1', 5_000)).toBe('duplicate');
    expect(at('7', 4_000)).toBe('queued');
    const repeats = Object.fromEntries(items().map((item) => [item.notice.id, item.repeats]));
    expect(repeats).toEqual({ 1: 0, 5: 3, 7: 1 });
  });

  it('stores redacted text, readable only by its owner', () => {
    const secret = `gh${'p_'}${'a1B2'.repeat(9)}`;
    enqueueNotice(outbox, notice('a', { text: `token ${secret}`, title: `password=hunter22` }), window);
    const [name] = fs.readdirSync(path.join(outbox, 'waiting'));
    const file = path.join(outbox, 'waiting', name as string);
    expect(fs.readFileSync(file, 'utf8')).not.toMatch(/hunter22|a1B2a1B2/);
    expect(fs.statSync(file).mode & 0o077).toBe(0);
  });

  it('only remembers where nothing is to be delivered', () => {
    const still = { ...window, deliver: false };
    expect(enqueueNotice(outbox, notice('1', { group: 'g' }), still)).toBe('queued');
    expect(enqueueNotice(outbox, notice('1', { group: 'g' }), still)).toBe('duplicate');
    expect(enqueueNotice(outbox, notice('2', { group: 'g' }), still)).toBe('grouped');
    expect(listOutbox(outbox)).toEqual([]);
  });

  it('survives damaged files', () => {
    enqueueNotice(outbox, notice('1', { group: 'g' }), window);
    for (const shelf of ['waiting', 'groups']) {
      for (const name of fs.readdirSync(path.join(outbox, shelf)))
        fs.writeFileSync(path.join(outbox, shelf, name), '{"x');
    }
    expect(listOutbox(outbox)).toMatchObject([{ state: 'waiting', problem: expect.any(String) as string }]);
    expect(enqueueNotice(outbox, notice('2', { group: 'g' }), window)).toBe('queued');
    expect(retryOutbox(outbox)).toBe(0);
  });

  it('says what is wrong where it cannot write', () => {
    const file = path.join(outbox, 'file');
    fs.writeFileSync(file, '');
    expect(() => enqueueNotice(path.join(file, 'outbox'), notice('1'), window)).toThrow(/ENOTDIR/);
  });
});
