import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Scene } from './mine-kept.ts';
import { FakeSession } from './session.ts';

export function linesOf(lines: readonly string[], end = '\n'): string {
  return lines.map((line) => line + end).join('');
}

/** Lines without their ends, and the end each has; latin1, so that every byte stays. */
function readLines(file: string): { words: string[]; ends: string[] } {
  const raw = fs.readFileSync(file, 'latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return {
    words: raw.map((line) => line.replace(/\r?\n$/, '')),
    ends: raw.map((line) => /\r?\n$/.exec(line)?.[0] ?? ''),
  };
}

/** Puts a line in the place of another, as an editor does: every other byte stays. */
function setLine(file: string, line: number, words: string): void {
  const { words: lines, ends } = readLines(file);
  lines[line - 1] = words;
  fs.writeFileSync(file, lines.map((text, at) => text + (ends[at] ?? '\n')).join(''), 'latin1');
}

/** What both can do, and no tool notes. */
const DEEDS: Record<string, (scene: Scene, who: string, name: string, more: string) => void> = {
  edit: (scene, who, name, line) => setLine(scene.file(name), Number(line), `${who}${line}`),
  again: (scene, _who, name, line) => setLine(scene.file(name), Number(line), `Q${line}`),
  undo: (scene, _who, name, line) => setLine(scene.file(name), Number(line), line),
  same: (scene, _who, name, line) => setLine(scene.file(name), Number(line), `S${line}`),
  add: (scene, who, name) => write(scene.file(name), linesOf([`${who}1`, `${who}2`, `${who}3`])),
  rm: (scene, _who, name) => fs.rmSync(scene.file(name), { recursive: true }),
  mv: (scene, _who, name, to) => fs.renameSync(scene.file(name), scene.file(to)),
  chmod: (scene, _who, name) => fs.chmodSync(scene.file(name), 0o755),
  unchmod: (scene, _who, name) => fs.chmodSync(scene.file(name), 0o644),
  binary: (scene, who) => write(scene.file('bin'), Buffer.from([0, who.charCodeAt(0), 255])),
  ln: (scene, who, name) => fs.symlinkSync(who, scene.file(name)),
  link(scene, who) {
    fs.rmSync(scene.file('link'));
    fs.symlinkSync(who, scene.file('link'));
  },
};

type Tool = (session: FakeSession, name: string, line: number, file: TextFile) => void;

/** What only the session does. */
const TOOLS: Record<string, Tool> = {
  edit: (session, name, line, { old, words }) => session.edit(name, `${old(line)}\n`, `${words(line)}\n`),
  write: (session, name, line, { changed }) => session.write(name, changed(line)),
  agent: (session, name, line, { old, words }) =>
    session.agent().edit(name, `${old(line)}\n`, `${words(line)}\n`),
  rewrite(session, name, line, { changed }) {
    const agent = session.agent();
    agent.read(name);
    agent.write(name, changed(line));
  },
  add: (session, name) => session.write(name, 'S1\nS2\nS3\n'),
  sed: (session, name, line, { set }) =>
    session.bash(`sed -i ${line}s/.*/S${line}/ ${name}`, () => set(line)),
  agentsed: (session, name, line, { set }) =>
    session.agent().bash(`sed -i ${line}s/.*/S${line}/ ${name}`, () => set(line)),
  format: (session, _name, line, { set }) => session.bash('npm run format', () => set(line)),
  touch: (session, name, _line, { file }) =>
    session.bash(`printf 'S1\\n' > ${name}`, () => write(file, 'S1\n')),
  torn: (session) => session.garbage('{"type":"user","message":{"ro\n'),
};

type TextFile = ReturnType<typeof textFile>;

function textFile(file: string, who: string) {
  const lines = (): string[] => fs.readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trimEnd().split('\n');
  const words = (line: number): string => `${who}${line}`;
  return {
    file,
    words,
    old: (line: number): string => lines()[line - 1] ?? '',
    changed: (line: number): string =>
      linesOf(lines().map((text, at) => (at === line - 1 ? words(line) : text))),
    set: (line: number): void => setLine(file, line, words(line)),
  };
}

function write(file: string, content: string | Buffer): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

/**
 * Lets the session, the person and others do what a story says, one thing after the other: `S edit f 2; P mv f q; C`.
 * The verbs are explained at the table of `mine-kept-matrix.test.ts`.
 */
export async function play(scene: Scene, story: string): Promise<void> {
  const other = new FakeSession(path.join(scene.built.base, 'others'), scene.root);
  for (const step of partsOf(story)) {
    const [who = '', verb = '', name = '', ...rest] = step.split(' ');
    const more = rest.join(' ');
    const deed = DEEDS[verb];
    const tool = TOOLS[verb];
    await moment();
    const session = who === 'O' ? other : scene.session;
    if (verb === 'wait') await scene.person(() => {});
    else if (who === 'C') await scene.checkpoint();
    else if (who === 'B') await scene.checkpoint({ reason: 'before-command' });
    else if (verb === 'run') session.bash([name, more].join(' ').trim());
    else if (who === 'P' && deed !== undefined) await scene.person(() => deed(scene, who, name, more));
    else if (tool !== undefined) tool(session, name, Number(more), textFile(scene.file(name), who));
    else if (deed !== undefined)
      session.bash(commandOf(verb, name, more), () => deed(scene, who, name, more));
    else throw new Error(`nobody knows how to ${step}`);
    if (who === 'O') await scene.checkpoint({ session: other.id });
  }
}

/** No two things happen in the same millisecond. */
function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

/** A command that names what it changes. */
function commandOf(verb: string, name: string, more: string): string {
  if (verb === 'binary') return 'head -c 3 /dev/urandom > bin';
  return verb === 'link' ? 'ln -sfn S link' : `${verb} ${name} ${more}`;
}

export function partsOf(cell: string): string[] {
  return cell
    .split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
