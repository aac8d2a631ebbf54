import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** The client notes the content before an edit up to this many characters. */
const LONGEST_ORIGINAL = 10_000;

export interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: string[];
}

/**
 * A session of Claude Code as its transcript shows it: each method does to a file what the tool of that name does,
 * and appends the records the client (2.1.197) appends, with the time at which it happens.
 */
export class FakeSession {
  readonly id = randomUUID();
  readonly transcript: string;
  private calls = 0;

  /** @param folder where transcripts are kept. @param root the working tree. */
  constructor(
    folder: string,
    readonly root: string,
  ) {
    this.transcript = path.join(folder, `${this.id}.jsonl`);
    fs.mkdirSync(folder, { recursive: true });
    this.record({ type: 'user', message: { role: 'user', content: 'do it' } });
  }

  /** The transcript of a sub-agent, which notes calls and the sentences of their results. */
  agent(): SubAgent {
    return new SubAgent(this);
  }

  record(fields: Record<string, unknown>, file = this.transcript): void {
    const common = {
      uuid: randomUUID(),
      timestamp: new Date().toISOString(),
      cwd: this.root,
      sessionId: this.id,
      version: '2.1.197',
    };
    fs.appendFileSync(file, `${JSON.stringify({ ...common, ...fields })}\n`);
  }

  /** Appends anything, as a torn write would. */
  garbage(text: string): void {
    fs.appendFileSync(this.transcript, text);
  }

  use(name: string, input: Record<string, unknown>, file = this.transcript): string {
    this.calls += 1;
    const id = `toolu_${this.calls}_${randomUUID().slice(0, 8)}`;
    this.record(
      { type: 'assistant', message: { role: 'assistant', content: [{ type: 'tool_use', id, name, input }] } },
      file,
    );
    return id;
  }

  answer(id: string, content: string, more: Record<string, unknown> = {}, file = this.transcript): void {
    const { is_error, ...fields } = more;
    const block = {
      tool_use_id: id,
      type: 'tool_result',
      content,
      ...(is_error === undefined ? {} : { is_error }),
    };
    this.record({ type: 'user', message: { role: 'user', content: [block] }, ...fields }, file);
  }

  write(name: string, content: string): void {
    const file = path.join(this.root, name);
    const id = this.use('Write', { file_path: file, content });
    const before = shown(file);
    store(file, content);
    this.answer(
      id,
      before === undefined
        ? `File created successfully at: ${file}`
        : `The file ${file} has been updated successfully.`,
      {
        toolUseResult: {
          type: before === undefined ? 'create' : 'update',
          filePath: file,
          content,
          structuredPatch: before === undefined ? [] : patchOf(before, content),
          originalFile: before === undefined || before.length > LONGEST_ORIGINAL ? null : before,
          userModified: false,
        },
      },
    );
  }

  edit(name: string, old: string, words: string, all = false): void {
    const file = path.join(this.root, name);
    const id = this.use('Edit', { replace_all: all, file_path: file, old_string: old, new_string: words });
    const before = shown(file);
    const after = replaced(before, old, words, all);
    if (after === undefined) {
      const text = `String to replace not found in file.\nString: ${old}`;
      this.answer(id, `<tool_use_error>${text}</tool_use_error>`, {
        is_error: true,
        toolUseResult: `Error: ${text}`,
      });
      return;
    }
    store(file, after);
    this.answer(id, `The file ${file} has been updated successfully.`, {
      toolUseResult: {
        filePath: file,
        oldString: old,
        newString: words,
        originalFile: (before ?? '').length > LONGEST_ORIGINAL ? null : (before ?? ''),
        structuredPatch: patchOf(before ?? '', after),
        userModified: false,
        replaceAll: all,
      },
    });
  }

  notebook(name: string, change: (text: string) => string): void {
    const file = path.join(this.root, name);
    const id = this.use('NotebookEdit', { notebook_path: file, new_source: 'x', edit_mode: 'replace' });
    const original = fs.readFileSync(file, 'utf8');
    const updated = change(original);
    fs.writeFileSync(file, updated);
    this.answer(id, 'Updated cell', {
      toolUseResult: {
        notebook_path: file,
        edit_mode: 'replace',
        error: '',
        original_file: original,
        updated_file: updated,
      },
    });
  }

  /** Runs what the command would do, between the records of the call and its result. */
  bash(command: string, work: () => void = () => {}): void {
    const id = this.use('Bash', { command, description: 'd' });
    work();
    this.answer(id, '(Bash completed with no output)', {
      is_error: false,
      toolUseResult: { stdout: '', stderr: '', interrupted: false, isImage: false, noOutputExpected: false },
    });
  }
}

/** A sub-agent of a session. */
export class SubAgent {
  private readonly file: string;

  constructor(private readonly session: FakeSession) {
    const folder = path.join(session.transcript.replace(/\.jsonl$/, ''), 'subagents');
    fs.mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, `agent-${randomUUID().slice(0, 12)}.jsonl`);
    this.session.record(
      { type: 'user', isSidechain: true, message: { role: 'user', content: 'look' } },
      this.file,
    );
  }

  read(name: string): void {
    const file = path.join(this.session.root, name);
    const id = this.session.use('Read', { file_path: file }, this.file);
    const lines = (shown(file) ?? '').split('\n').map((line, at) => `${at + 1}\t${line}`);
    this.session.answer(id, lines.join('\n'), {}, this.file);
  }

  write(name: string, content: string): void {
    const file = path.join(this.session.root, name);
    const id = this.session.use('Write', { file_path: file, content }, this.file);
    const before = shown(file);
    store(file, content);
    const words =
      before === undefined
        ? `File created successfully at: ${file}`
        : `The file ${file} has been updated successfully.`;
    this.session.answer(id, words, {}, this.file);
  }

  edit(name: string, old: string, words: string, all = false): void {
    const file = path.join(this.session.root, name);
    const id = this.session.use(
      'Edit',
      { replace_all: all, file_path: file, old_string: old, new_string: words },
      this.file,
    );
    const after = replaced(shown(file), old, words, all);
    if (after === undefined) {
      this.session.answer(
        id,
        '<tool_use_error>String to replace not found in file.</tool_use_error>',
        { is_error: true },
        this.file,
      );
      return;
    }
    store(file, after);
    this.session.answer(id, `The file ${file} has been updated successfully.`, {}, this.file);
  }

  bash(command: string, work: () => void): void {
    const id = this.session.use('Bash', { command, description: 'd' }, this.file);
    work();
    this.session.answer(id, '(Bash completed with no output)', { is_error: false }, this.file);
  }
}

/** A file as the client shows it to the model and notes it; undefined where there is none. */
export function shown(file: string): string | undefined {
  if (!fs.existsSync(file)) return undefined;
  const bytes = fs.readFileSync(file);
  const text = bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le') : bytes.toString('utf8');
  return text.replaceAll('\r\n', '\n');
}

/** Writes as the client does: in the file's encoding and with the commoner of its line ends. */
function store(file: string, content: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const old = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
  const wide = old[0] === 0xff && old[1] === 0xfe;
  const text = old.toString(wide ? 'utf16le' : 'utf8');
  const returns = text.split('\r\n').length - 1;
  const newlines = text.split('\n').length - 1 - returns;
  fs.writeFileSync(
    file,
    returns > newlines ? content.replaceAll('\n', '\r\n') : content,
    wide ? 'utf16le' : 'utf8',
  );
}

function replaced(before: string | undefined, old: string, words: string, all: boolean): string | undefined {
  if (old === '') return before === undefined || before === '' ? words : undefined;
  if (before === undefined || !before.includes(old)) return undefined;
  if (!all && before.split(old).length > 2) return undefined;
  const part = words === '' && !old.endsWith('\n') && before.includes(`${old}\n`) ? `${old}\n` : old;
  if (all) return before.split(part).join(words);
  const at = before.indexOf(part);
  return before.slice(0, at) + words + before.slice(at + part.length);
}

/** `structuredPatch`, with three lines around and leading tabs as two spaces each. */
export function patchOf(before: string, after: string): Hunk[] {
  if (before === after) return [];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-patch-'));
  try {
    fs.writeFileSync(path.join(folder, 'a'), before);
    fs.writeFileSync(path.join(folder, 'b'), after);
    return parsePatch(diffOf(folder));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function diffOf(folder: string): string {
  const args = ['diff', '--no-index', '--no-color', '-U3', '--text', '--', 'a', 'b'];
  try {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function parsePatch(text: string): Hunk[] {
  const hunks: Hunk[] = [];
  for (const line of text.split('\n')) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (head !== null) {
      const [, oldStart, oldLines = '1', newStart, newLines = '1'] = head;
      hunks.push({
        oldStart: Math.max(1, Number(oldStart)),
        oldLines: Number(oldLines),
        newStart: Math.max(1, Number(newStart)),
        newLines: Number(newLines),
        lines: [],
      });
    } else if (/^[-+ \\]/.test(line) && hunks.length > 0) {
      const words = line.slice(1).replace(/^\t+/, (tabs) => '  '.repeat(tabs.length));
      hunks.at(-1)?.lines.push(line[0] + words);
    }
  }
  return hunks;
}
