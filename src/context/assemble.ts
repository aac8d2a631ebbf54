import { allocate, linesThatFit } from './allocate.ts';
import { fence, isPlainName } from './fence.ts';

/** A quoted text on its way into the context. */
export interface Piece {
  /** Name of the source; a fixed word. */
  source: string;
  file?: string;
  /** From `quotableLines`. */
  lines: readonly string[];
  /** Weight among the pieces. */
  share: number;
  /** The command that shows the whole. */
  command: string;
  /** True where the file goes on behind what was read. */
  unread: boolean;
  /** Lines behind `lines` that could not have found room and were only counted. */
  more?: number;
}

export interface ContextPart {
  source: string;
  characters: number;
  cut: boolean;
  file?: string;
}

export interface AssembledContext {
  text: string;
  parts: ContextPart[];
  leftOut: string[];
}

const SHOW_ALL = 'claude-hooks context inject --dry-run';

/**
 * Puts the pieces, most important first, into at most `budget` characters, heading and all. Cuts only between
 * lines; what is cut or does not fit is named with the command that shows it.
 * @param notes lines about sources that could not be quoted at all; they count as left out.
 * @returns an empty text where there is nothing to say.
 */
export function assemble(input: {
  heading: string;
  nonce: string;
  budget: number;
  pieces: readonly Piece[];
  notes: readonly string[];
}): AssembledContext {
  const pieces = input.pieces.filter((piece) => piece.lines.length > 0);
  if (pieces.length === 0 && input.notes.length === 0) return { text: '', parts: [], leftOut: [] };
  let room = input.budget - input.heading.length;
  for (;;) {
    const counts = divide(pieces, input.nonce, room);
    const result = render(input, pieces, counts);
    if (result.text.length <= input.budget) return result;
    if (room <= 0) return { ...result, text: '', parts: [] };
    room -= result.text.length - input.budget;
  }
}

/** How many lines of each piece are shown. */
function divide(pieces: readonly Piece[], nonce: string, room: number): number[] {
  const frames = pieces.map((piece) => fence(nonce, piece.source, piece.file, []).length + 2);
  const parts = allocate(
    pieces.map((piece, index) => ({
      need: (frames[index] ?? 0) + piece.lines.reduce((sum, line) => sum + line.length + 1, 0),
      share: piece.share,
    })),
    room,
  );
  return pieces.map((piece, index) => linesThatFit(piece.lines, (parts[index] ?? 0) - (frames[index] ?? 0)));
}

function render(
  input: { heading: string; nonce: string; budget: number; notes: readonly string[] },
  pieces: readonly Piece[],
  counts: readonly number[],
): AssembledContext {
  const blocks: string[] = [];
  const parts: ContextPart[] = [];
  const leftOut: string[] = [...input.notes];
  pieces.forEach((piece, index) => {
    const count = counts[index] ?? 0;
    const cut = piece.unread || count < piece.lines.length + (piece.more ?? 0);
    const file = piece.file === undefined ? {} : { file: piece.file };
    if (count > 0) {
      const block = fence(input.nonce, piece.source, piece.file, piece.lines.slice(0, count));
      blocks.push(block);
      parts.push({ source: piece.source, characters: block.length, cut, ...file });
    }
    if (cut) leftOut.push(missingPart(piece, count));
  });
  const text = [input.heading, ...blocks, ...footer(leftOut, input.budget)].join('\n\n');
  return { text, parts, leftOut };
}

function missingPart(piece: Piece, count: number): string {
  const name =
    piece.file !== undefined && isPlainName(piece.file) ? `${piece.source} ${piece.file}` : piece.source;
  const of = piece.unread ? 'a longer text' : `${piece.lines.length + (piece.more ?? 0)} lines`;
  const shown = count === 0 ? 'not shown' : `${count} of ${of} shown`;
  return `${name}: ${shown}, see: ${piece.command}`;
}

/** What is missing, line by line, or in one line where that would take too much of the budget. */
function footer(leftOut: readonly string[], budget: number): string[] {
  if (leftOut.length === 0) return [];
  const full = ['Left out:', ...leftOut.map((line) => `- ${line}`)].join('\n');
  if (full.length <= Math.max(160, budget / 5)) return [full];
  return [`Left out: parts of ${leftOut.length} sources, see: ${SHOW_ALL}`];
}
