import * as path from 'node:path';
import type { FirstWords } from './context-file.ts';
import { readDocument } from './file.ts';
import { itemText } from './item.ts';

/** A folder at the top of the tree and how many files git tracks below it. */
export interface Folder {
  name: string;
  files: number;
}

const READ_BYTES = 256 * 1024;
const ABOUT = 600;
const FOLDERS = 15;
const NO_TESTS = /no test specified/;

/** How tests are run where a file tells what kind of project it is; the first that is there counts. */
const RUNNERS: readonly { file: string; holds?: RegExp; command: string }[] = [
  { file: 'Cargo.toml', command: 'cargo test' },
  { file: 'go.mod', command: 'go test ./...' },
  { file: 'pyproject.toml', holds: /pytest/, command: 'pytest' },
  { file: 'requirements.txt', holds: /^pytest/m, command: 'pytest' },
  { file: 'Gemfile', holds: /rspec/, command: 'bundle exec rspec' },
  { file: 'Makefile', holds: /^test:/m, command: 'make test' },
];

/** What a first context file says of a project, from its manifest, README, folders and tests. Nothing is run. */
export function describeProject(input: {
  root: string;
  readme: readonly string[];
  architecture: readonly string[];
  folders: readonly Folder[];
  testCommand: string | undefined;
}): FirstWords {
  const manifest = readManifest(input.root);
  const readmeFile = input.readme.find((file) => textOf(input.root, file) !== undefined);
  const readme = readmeFile === undefined ? undefined : textOf(input.root, readmeFile);
  const title = titleOf(readme) ?? manifest.name ?? path.basename(input.root);
  const about = firstParagraph(readme) ?? manifest.description;
  return {
    title: itemText(title, 100) || 'Project context',
    about: about === undefined ? [] : [itemText(about, ABOUT)],
    architecture: architectureOf(input, readme, readmeFile),
    testing: testingOf(input.root, manifest.test, input.testCommand),
  };
}

function readManifest(root: string): { name?: string; description?: string; test?: string } {
  try {
    const value = JSON.parse(textOf(root, 'package.json') ?? '{}') as Record<string, unknown>;
    const scripts = (value.scripts ?? {}) as Record<string, unknown>;
    const text = (field: unknown): string | undefined =>
      typeof field === 'string' && field.trim() !== '' ? field : undefined;
    const [name, description, test] = [value.name, value.description, scripts.test].map(text);
    return {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(test === undefined || NO_TESTS.test(test) ? {} : { test }),
    };
  } catch {
    return {};
  }
}

function titleOf(readme: string | undefined): string | undefined {
  return /^#[ \t]+(\S.*)$/m
    .exec(readme ?? '')?.[1]
    ?.trim()
    .replace(/ #+$/, '');
}

/** The first block of lines that is neither heading, picture, badge, quote, list, markup nor code. */
function firstParagraph(readme: string | undefined): string | undefined {
  const bare = (readme ?? '').replace(/^[ \t]{0,3}(`{3,}|~{3,})[\s\S]*?^[ \t]{0,3}\1.*$/gm, '');
  const blocks = bare.split(/\r?\n\s*\r?\n/).map((block) => block.replace(/^#{1,6}\s.*$/gm, '').trim());
  return blocks.find((block) => block !== '' && !/^(?:[<>|=!-]|\[!\[|[*+]\s|\d+\.\s)/.test(block));
}

function architectureOf(
  input: { root: string; architecture: readonly string[]; folders: readonly Folder[] },
  readme: string | undefined,
  readmeFile: string | undefined,
): string[] {
  const documents = input.architecture.filter((file) => textOf(input.root, file) !== undefined);
  const section = /^#{2,3}\s+((?:architecture|structure|project structure|layout|how it works)\b.*)$/im.exec(
    readme ?? '',
  );
  return [
    ...documents.map((file) => `See ${itemText(file, 120)}.`),
    ...(section === null ? [] : [`See ${itemText(`${readmeFile ?? ''}, ${section[1] ?? ''}`, 120)}.`]),
    ...(documents.length > 0 || section !== null ? [''] : []),
    ...input.folders
      .slice(0, FOLDERS)
      .map(({ name, files }) => `- \`${itemText(name, 100)}/\`: ${files} ${files === 1 ? 'file' : 'files'}`),
  ];
}

function testingOf(root: string, script: string | undefined, configured: string | undefined): string[] {
  if (configured !== undefined) return [`- Run: \`${itemText(configured, 200)}\``];
  if (script !== undefined) return [`- Run: \`npm test\` (${itemText(script, 200)})`];
  const runner = RUNNERS.find(({ file, holds }) => {
    const text = textOf(root, file);
    return text !== undefined && (holds === undefined || holds.test(text));
  });
  return runner === undefined ? [] : [`- Run: \`${runner.command}\``];
}

function textOf(root: string, file: string): string | undefined {
  const found = readDocument(root, file, READ_BYTES);
  return found.kind === 'text' ? found.text : undefined;
}
