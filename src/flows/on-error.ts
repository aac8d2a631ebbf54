import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { minuteStamp } from '../platform/clock.ts';
import { createFileExclusive } from '../platform/fs.ts';
import { git } from '../platform/git.ts';
import { redactEnvironment, redactText } from '../redact/redact.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { openDocumentFolder } from '../store/documents.ts';
import { documentPaths } from '../store/paths.ts';
import { runMoment } from './moments.ts';
import { sendNotice } from './notify.ts';
import type { Workplace } from './workplace.ts';

export interface ErrorReport {
  /** Identity of the happening: reporting it again writes and sends nothing. */
  key: string;
  title: string;
  text: string;
  /** Errors of one group are counted instead of sent again and again. */
  group: string;
  time: number;
  event: SessionEvent | undefined;
}

/** Writes the error log, tells Slack and the desktop, runs the project's own on-error steps. */
export async function reportError(place: Workplace, report: ErrorReport): Promise<void> {
  const branch =
    (await git(['branch', '--show-current'], { cwd: place.repository.root })).stdout.trim() || undefined;
  const file = await writeErrorLog(place, report);
  await sendNotice(
    {
      id: createHash('sha256').update(report.key).digest('hex').slice(0, 24),
      kind: 'error',
      title: report.title,
      text: redactText(report.text),
      project: path.basename(place.repository.root),
      branch,
      session: report.event?.session,
      host: hostname(),
      command:
        report.event?.session === undefined
          ? 'claude-hooks status'
          : `claude --resume ${report.event.session}`,
      group: report.group,
      time: report.time,
    },
    {
      config: place.resolved.config,
      user: place.user,
      env: place.env,
      log: (message: string) => place.log('warn', message),
    },
  );
  place.log(
    'error',
    `${report.title}${file === undefined ? '' : ` (${path.relative(place.repository.root, file)})`}`,
  );
  if (report.event !== undefined) await runMoment(place, 'on-error', report.event);
}

/** @returns the log's path, or undefined where it is already there, switched off or cannot be written. */
async function writeErrorLog(place: Workplace, report: ErrorReport): Promise<string | undefined> {
  const { root } = place.repository;
  const directory = documentPaths(root).errors;
  const suffix = createHash('sha256').update(report.key).digest('hex').slice(0, 6);
  const file = path.join(directory, `${minuteStamp(report.time)}-${suffix}.log`);
  const [status, commits] = await Promise.all([
    git(['status', '--porcelain', '--branch'], { cwd: root }),
    git(['log', '-5', '--format=%h %ad %s', '--date=short'], { cwd: root }),
  ]);
  const environment = Object.entries(redactEnvironment(place.env, place.resolved.config.errors.environment));
  const sections: [string, string][] = [
    ['Error', `${report.title}\n${report.text}`],
    ['Time', new Date(report.time).toISOString()],
    ['Context', contextOf(place, report)],
    ['Git Status', status.code === 0 ? cutLines(status.stdout, 60) : 'not a git repository'],
    ['Recent Commits', commits.code === 0 && commits.stdout !== '' ? commits.stdout.trim() : 'none'],
    [
      'Environment',
      [
        `node=${process.version}`,
        `platform=${process.platform}`,
        ...environment.map(([name, value]) => `${name}=${value}`),
      ].join('\n'),
    ],
  ];
  try {
    const outside = openDocumentFolder(root, directory);
    if (outside !== undefined) {
      place.log('warn', `no error log was written: ${outside}`);
      return undefined;
    }
    const text = sections.map(([title, body]) => `## ${title}\n${body.trim()}\n`).join('\n');
    return createFileExclusive(file, redactText(text), 0o600) ? file : undefined;
  } catch (error) {
    place.log('error', `the error log ${file} could not be written: ${messageOf(error)}`);
    return undefined;
  }
}

function contextOf(place: Workplace, report: ErrorReport): string {
  const { event } = report;
  return [
    `Session: ${event?.session ?? 'none'}`,
    `Folder: ${event?.cwd ?? place.cwd}`,
    ...(event?.tool === undefined ? [] : [`Tool: ${event.tool.name}`]),
    ...(event?.transcript === undefined ? [] : [`Transcript: ${event.transcript}`]),
  ].join('\n');
}

function cutLines(text: string, limit: number): string {
  const lines = text.trimEnd().split('\n');
  return lines.length <= limit
    ? lines.join('\n')
    : `${lines.slice(0, limit).join('\n')}\n... and ${lines.length - limit} more`;
}
