import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  base,
  identity,
  install,
  quote,
  type Row,
  repository,
  ring,
  session,
  timeInShell,
} from './harness.ts';
import { emptySpool, startOnce } from './hooks.ts';

const WORDS = 'the search index keeps what was asked for and tells where it stands in the file '.repeat(3);

/** A transcript of a session that worked for long: so many bytes, and at its end what must not be forgotten. */
function writeTranscript(file: string, bytes: number): void {
  const record = (type: string, content: unknown): string =>
    JSON.stringify({
      parentUuid: null,
      isSidechain: false,
      type,
      message: { role: type, content },
      uuid: 'u',
      timestamp: new Date().toISOString(),
    });
  const filler = record('assistant', [{ type: 'text', text: WORDS.repeat(10) }]);
  const end = [
    record('user', 'Make the search fast'),
    record('assistant', [{ type: 'text', text: 'We decided to use a trigram index.' }]),
  ];
  writeFileSync(file, `${[...Array(Math.ceil(bytes / filler.length)).fill(filler), ...end].join('\n')}\n`);
}

/** A repository with something for each source of a session's context. */
function withEverySource(name: string): string {
  const project = repository(name, 10_000, 10);
  startOnce(project);
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), text);
  };
  const lines = Array.from({ length: 60 }, (_, line) => `- ${line} ${WORDS}`).join('\n');
  write(
    '.claude/checkpoints/2026-01-02-10-00-new.md',
    `# Session Checkpoint: NEW\n\n## Context\n${lines}\n\n## Next Steps\n1. go on\n`,
  );
  write(
    '.claude/sessions/2026-01-02-11-00-aaaaaaaa.md',
    `# Session aaaaaaaa\n\n## What was done\n${lines}\n`,
  );
  write('.claude/context.md', `# Bench\n\n## Current Work\n${lines}\n`);
  write('.claude/context.local.md', `# Mine\n${lines}\n`);
  write('docs/architecture.md', `# Architecture\n${lines}\n`);
  return project;
}

/** What the context of a session and keeping the context file cost. */
export function contextRows(): Row[] {
  const project = withEverySource('every-source');
  const transcript = path.join(base, `${session}.jsonl`);
  writeTranscript(transcript, 20 * 1024 * 1024);
  const commits = repository('context-commit', 20, 2);
  install(commits, 'plain');
  startOnce(commits);
  writeFileSync(path.join(commits, '.claude/context.md'), '# Bench\n');
  const bare = repository('context-bare', 20, 2);
  rmSync(path.join(bare, '.claude'), { recursive: true, force: true });
  const COMMIT = `echo x >>README.md && exec git ${identity.map(quote).join(' ')} commit -q -a -m x`;
  const commit = (folder: string): number => timeInShell(COMMIT, 5, { cwd: folder });
  const against = [
    { row: 'node -e 0', times: 2.5 },
    { row: 'git status of that repository', times: 1 },
  ];
  return [
    {
      name: 'git status of that repository',
      against: 'node -e 0',
      run: () =>
        timeInShell(
          'exec git --no-optional-locks status --porcelain=v2 --branch -z --untracked-files=normal',
          2,
          { cwd: project },
        ),
    },
    {
      name: 'session start with every source, 10,000 files',
      against,
      goal: 1,
      run: () => ring(project, 'SessionStart', 2, { source: 'startup' }),
    },
    {
      name: 'session start after a compaction of 20 MB',
      against,
      goal: 1,
      run: () => ring(project, 'SessionStart', 2, { source: 'compact', transcript_path: transcript }),
    },
    { name: 'git commit, plain repository', against: 'node -e 0', run: () => commit(bare) },
    {
      name: 'git commit that updates the context file',
      against: [
        { row: 'git commit, plain repository', times: 1 },
        { row: 'node -e 0', times: 0.2 },
      ],
      goal: 1,
      run: () => commit(commits),
      after: () => emptySpool(commits),
    },
  ];
}
