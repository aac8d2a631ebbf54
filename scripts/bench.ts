/**
 * npm run bench: what claude-hooks costs, as whole processes, in one run, in turn with what it is compared with, so
 * that a machine whose speed drifts does not spoil the ratios. Prints a table and writes bench.json.
 * Options: --rounds N (default 15), --peers (installs and measures other tools from npm), --large (100,000 files and
 * commits), --only TEXT (rows of the groups hooks, context, transcripts, checkpoints, page, peers; several with a comma).
 */
import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { checkpointRows } from './bench/checkpoints.ts';
import { contextRows } from './bench/context.ts';
import { base, NODE, type Row, type Term, timeInShell } from './bench/harness.ts';
import { hookRows } from './bench/hooks.ts';
import { pageRows } from './bench/page.ts';
import { peerCheckpointRows } from './bench/peer-checkpoints.ts';
import { peerHookRows } from './bench/peers.ts';
import { transcriptRows } from './bench/transcripts.ts';

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
};
const rounds = Number(argument('--rounds') ?? 15);
const large = process.argv.includes('--large');
const GROUPS = ['hooks', 'context', 'transcripts', 'checkpoints', 'page', 'peers'];
const groups = argument('--only')?.split(',') ?? GROUPS;
const wants = (group: string): boolean => groups.includes(group);

const baseline: Row = {
  name: 'node -e 0',
  against: 'node -e 0',
  run: () => timeInShell(`exec ${NODE} -e 0`, 3),
};
const all = [
  baseline,
  ...(wants('hooks') ? hookRows(large) : []),
  ...(wants('context') ? contextRows() : []),
  ...(wants('transcripts') ? transcriptRows() : []),
  ...(wants('checkpoints') ? checkpointRows(large) : []),
  ...(wants('page') ? pageRows() : []),
  ...(wants('peers') && process.argv.includes('--peers') ? [...peerHookRows(), ...peerCheckpointRows()] : []),
];

const times = new Map<string, number[]>();
function measure(row: Row): number {
  row.before?.();
  const ms = row.run();
  row.after?.();
  return ms;
}
for (const row of all) measure(row);
for (let round = 0; round < rounds; round += 1) {
  for (const row of all) {
    if (round < (row.rounds ?? rounds)) times.set(row.name, [...(times.get(row.name) ?? []), measure(row)]);
  }
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const termsOf = (row: Row): readonly Term[] =>
  typeof row.against === 'string' ? [{ row: row.against, times: 1 }] : row.against;
const wordsOf = (row: Row): string =>
  termsOf(row)
    .map(({ row: name, times: count }) => (count === 1 ? name : `${count} x ${name}`))
    .join(' + ');

const table = all.map((row) => {
  const own = times.get(row.name) ?? [];
  const other = own.map((_value, round) =>
    termsOf(row).reduce((sum, term) => {
      const series = times.get(term.row) ?? [];
      return sum + term.times * (series[round] ?? median(series));
    }, 0),
  );
  const ratio = median(own.map((value, round) => value / (other[round] ?? value)));
  const more = median(own.map((value, round) => value - (other[round] ?? value)));
  const met =
    row.goalMb !== undefined
      ? median(own) <= row.goalMb
      : row.goalMs === undefined
        ? ratio <= (row.goal ?? Infinity)
        : more <= row.goalMs;
  return {
    name: row.name,
    medianMs: median(own),
    minMs: Math.min(...own),
    against: wordsOf(row),
    ratio,
    more,
    goal: row.goal,
    goalMs: row.goalMs,
    goalMb: row.goalMb,
    unit: row.unit ?? 'ms',
    met,
  };
});

console.log(
  `Node ${process.version}, ${cpus()[0]?.model ?? ''} x ${cpus().length}, ${rounds} rounds, in turn; medians of whole processes\n`,
);
console.log('| what | median ms | min ms | ratio | to | goal |\n|---|---|---|---|---|---|');
for (const row of table) {
  const verdict = row.met ? 'met' : 'MISSED';
  if (row.unit === 'MB') {
    const goal = row.goalMb === undefined ? '' : `<= ${row.goalMb} MB ${verdict}`;
    console.log(`| ${row.name} | ${row.medianMs.toFixed(1)} MB | ${row.minMs.toFixed(1)} MB | | | ${goal} |`);
    continue;
  }
  const goal =
    row.goalMs !== undefined
      ? `<= ${row.goalMs} ms more ${verdict} (${row.more.toFixed(0)})`
      : row.goal === undefined
        ? ''
        : `<= ${row.goal} ${verdict}`;
  console.log(
    `| ${row.name} | ${row.medianMs.toFixed(1)} | ${row.minMs.toFixed(1)} | ${row.ratio.toFixed(3)} | ${row.against} | ${goal} |`,
  );
}
if (groups === GROUPS)
  writeFileSync(
    'bench.json',
    `${JSON.stringify({ node: process.version, cpus: cpus().length, rounds, rows: table }, null, 2)}\n`,
  );
rmSync(base, { recursive: true, force: true });
