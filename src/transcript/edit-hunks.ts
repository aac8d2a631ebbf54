import { type Hunk, parseHunks } from './patch.ts';
import { type Fields, objectOf, textOf } from './record.ts';

/** Tools of the client that change one file. */
export const EDIT_TOOLS = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit']);

/** The file a call is about, as the client's notes or the call name it. */
export function editedFile(detail: Fields | undefined, input: Fields): string | undefined {
  return (
    textOf(detail?.filePath) ??
    textOf(detail?.notebook_path) ??
    textOf(input.file_path) ??
    textOf(input.notebook_path)
  );
}

/** The change as lines: the client's own patch, else one made from the words of the call, of which no line numbers are known. */
export function editHunks(detail: Fields | undefined, input: Fields): Hunk[] {
  const noted = parseHunks(detail?.structuredPatch);
  if (noted.length > 0) return noted;
  const content = textOf(input.content);
  if (content !== undefined)
    return [{ oldStart: 0, newStart: detail?.type === 'create' ? 1 : 0, lines: marked('+', content) }];
  const changes = Array.isArray(input.edits) ? input.edits.map(objectOf) : [input];
  return changes.flatMap((change) => {
    const before = textOf(change?.old_string);
    const after = textOf(change?.new_string) ?? textOf(change?.new_source);
    if (before === undefined && after === undefined) return [];
    return [{ oldStart: 0, newStart: 0, lines: [...marked('-', before ?? ''), ...marked('+', after ?? '')] }];
  });
}

function marked(mark: '-' | '+', text: string): string[] {
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `${mark}${line}`);
}
