import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** Secrets made up for tests, in the shapes of real ones. Put together here, so that no scanner takes one for real. */
export interface PlantedSecrets {
  /** Variables of the environment that hold one. */
  environment: Record<string, string>;
  /** Text for a prompt. */
  prompt: string;
  /** Text for what a tool prints. */
  output: string;
  /** The parts that must never be found again, by name. */
  needles: Record<string, string>;
}

export function plantSecrets(): PlantedSecrets {
  let turn = 0;
  /** `length` characters that occur in no other secret; the same in every run. */
  const random = (length: number): string => {
    turn += 1;
    const text = ['a', 'b']
      .map((part) => createHash('sha512').update(`${part}${turn}`).digest('base64'))
      .join('');
    return text.replace(/[^A-Za-z0-9]/g, '').slice(0, length);
  };
  const awsSecret = random(40);
  const github = `ghp_${random(36)}`;
  const database = random(20);
  const stripe = ['sk', 'live', random(24)].join('_');
  const anthropic = `sk-ant-api03-${random(40)}`;
  const npm = `npm_${random(36)}`;
  const password = random(18);
  const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJ${random(30)}.${random(43)}`;
  const pem = random(64);
  const google = `AIza${random(35)}`;
  const slack = ['xoxb', '123456789012', '123456789012', random(24)].join('-');
  const remote = random(22);
  return {
    environment: {
      AWS_SECRET_ACCESS_KEY: awsSecret,
      GITHUB_TOKEN: github,
      DATABASE_URL: `postgres://app:${database}@127.0.0.1:1/app`,
      STRIPE_API_KEY: stripe,
      ANTHROPIC_API_KEY: anthropic,
      NPM_TOKEN: npm,
    },
    prompt: [
      `The password is password="${password}", and use`,
      `Authorization: Bearer ${jwt}`,
      `-----BEGIN RSA PRIVATE KEY-----\n${pem}\n-----END RSA PRIVATE KEY-----`,
    ].join('\n'),
    output: `google ${google}\nslack_token=${slack}\nhttps://user:${remote}@git.example.com/x.git`,
    needles: {
      awsSecret,
      github,
      database,
      stripe,
      anthropic,
      npm,
      password,
      jwt: jwt.slice(30),
      pem,
      google,
      slack,
      remote,
    },
  };
}

/** Which needles occur in a text. */
export function needlesIn(text: string, needles: Record<string, string>): string[] {
  return Object.entries(needles)
    .filter(([, needle]) => text.includes(needle))
    .map(([name]) => name);
}

/**
 * Looks for needles in every file of the sandbox, in every git object and in the further texts.
 * @param leaveOut folders (absolute) that are not ours: the client's own records, installed packages.
 * @returns one line a hit: where and which.
 */
export function findLeaks(
  sandbox: Sandbox,
  needles: Record<string, string>,
  leaveOut: readonly string[],
  texts: Record<string, string> = {},
): string[] {
  const hits: string[] = [];
  const look = (where: string, text: string): void => {
    for (const name of needlesIn(text, needles)) hits.push(`${where}: ${name}`);
  };
  for (const file of filesBelow(sandbox.root, leaveOut))
    look(path.relative(sandbox.root, file), fs.readFileSync(file).toString('latin1'));
  const objects = execFileSync('git', ['cat-file', '--batch-all-objects', '--batch', '--unordered'], {
    cwd: sandbox.repo,
    env: sandbox.env,
    maxBuffer: 256 * 1024 * 1024,
  });
  look('git objects', objects.toString('latin1'));
  for (const [where, text] of Object.entries(texts)) look(where, text);
  return hits;
}

function filesBelow(folder: string, leaveOut: readonly string[]): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (leaveOut.includes(file)) return [];
    if (entry.isDirectory()) return filesBelow(file, leaveOut);
    return entry.isFile() ? [file] : [];
  });
}
