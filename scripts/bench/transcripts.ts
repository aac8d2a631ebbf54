import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { writeBigTranscript } from './big-transcript.ts';
import { base, CLI, env, NODE, quote, type Row, repository, timeInShell } from './harness.ts';

const MEGABYTE = 1_000_000;

/** What every reader of a transcript would do at first: lines from chunks, each of them parsed. */
const PARSE_ALL = `
const fs = require('fs');
const fd = fs.openSync(process.argv[2], 'r');
const chunk = Buffer.alloc(1 << 18);
let rest = [];
let users = 0;
for (let length; (length = fs.readSync(fd, chunk, 0, chunk.length, null)) > 0; ) {
  let start = 0;
  for (let at = chunk.indexOf(10); at !== -1 && at < length; at = chunk.indexOf(10, start)) {
    const tail = chunk.subarray(start, at);
    const line = rest.length === 0 ? tail : Buffer.concat([...rest, tail]);
    rest = [];
    if (JSON.parse(line.toString()).type === 'user') users += 1;
    start = at + 1;
  }
  if (start < length) rest.push(Buffer.from(chunk.subarray(start, length)));
}
console.log(users);
`;

/** A project whose only session has a transcript of so many bytes, the last of it noted just now. */
function withTranscript(name: string, bytes: number): { project: string; transcript: string } {
  const project = repository(name, 20, 2);
  const folder = path.join(env.HOME ?? base, '.claude', 'projects', project.replace(/[^A-Za-z0-9]/g, '-'));
  mkdirSync(folder, { recursive: true });
  const transcript = path.join(folder, '5e551011-0000-4000-8000-000000000000.jsonl');
  writeBigTranscript(transcript, bytes, Date.now());
  return { project, transcript };
}

/** Largest resident size of a command, MB. */
function residentSize(command: string, cwd: string): number {
  const words = ['-f', '%M', 'sh', '-c', `exec ${command} >/dev/null`];
  const result = spawnSync('/usr/bin/time', words, { cwd, env, encoding: 'utf8' });
  const kilobytes = Number(result.stderr.trim().split('\n').at(-1));
  if (result.status !== 0 || !(kilobytes > 0)) throw new Error(`${command} failed: ${result.stderr}`);
  return kilobytes / 1024;
}

/** What summaries of long sessions cost, in time and memory. */
export function transcriptRows(): Row[] {
  const small = withTranscript('transcript-small', 10 * MEGABYTE);
  const large = withTranscript('transcript-large', 1_000 * MEGABYTE);
  const parse = path.join(base, 'parse-all.cjs');
  writeFileSync(parse, PARSE_ALL);
  const summarize = `${CLI} context summarize`;
  const run = (command: string, cwd: string, times: number) => (): number =>
    timeInShell(`exec ${command}`, times, { cwd });
  return [
    {
      name: 'wc -l, 1 GB transcript',
      against: 'node -e 0',
      rounds: 3,
      run: run(`wc -l ${quote(large.transcript)}`, base, 1),
    },
    {
      name: 'JSON.parse of every line, 1 GB transcript',
      against: 'wc -l, 1 GB transcript',
      rounds: 3,
      run: run(`${NODE} ${quote(parse)} ${quote(large.transcript)}`, base, 1),
    },
    {
      name: 'summary of a 1 GB transcript',
      against: 'JSON.parse of every line, 1 GB transcript',
      goal: 0.6,
      rounds: 3,
      run: run(summarize, large.project, 1),
    },
    {
      name: 'summary of a 1 GB transcript, memory',
      against: 'node -e 0',
      unit: 'MB',
      goalMb: 80,
      rounds: 1,
      run: () => residentSize(summarize, large.project),
    },
    {
      name: 'summary of the last 2 hours, 10 MB transcript',
      against: 'node -e 0',
      goal: 12,
      run: run(`${summarize} --last 2h`, small.project, 2),
    },
    {
      name: 'summary of the last 2 hours, 1 GB transcript',
      against: 'node -e 0',
      goal: 12,
      run: run(`${summarize} --last 2h`, large.project, 2),
    },
  ];
}
