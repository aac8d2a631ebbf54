import type { CSSProperties } from 'preact';
import { useMemo } from 'preact/hooks';
import type { CodeRow } from '../model/code-rows.ts';
import { Marked } from './parts.tsx';
import { evenRows, Windowed } from './windowed.tsx';

const ROW = 20;
/** A change of fewer lines grows with its text; a longer one scrolls by itself. */
const SHORT = 120;

/** Lines of a change or a file, with their numbers. @param fill scrolls in the space there is, whatever its length. */
export function CodeView(props: {
  rows: readonly CodeRow[];
  label: string;
  matcher: RegExp | undefined;
  fill?: boolean;
  /** The row that is brought into view. */
  follow?: number;
}) {
  const { rows } = props;
  const two = rows.some(({ before }) => before !== undefined);
  const { layout, width } = useMemo(() => {
    const widest = rows.reduce(
      (most, { text }) => Math.max(most, text.length + 2 * text.split('\t').length),
      0,
    );
    return {
      layout: evenRows(rows.length, ROW),
      width: `max(100%, calc(${Math.min(widest, 6_000)}ch + 9rem))`,
    };
  }, [rows]);
  const kind = two ? 'code two' : 'code';
  if (props.fill !== true && rows.length <= SHORT) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
      <section class={`${kind} grows`} aria-label={props.label} tabIndex={0}>
        <div class="code-rows" style={{ width }}>
          {rows.map((row) => (
            <Line row={row} matcher={props.matcher} />
          ))}
        </div>
      </section>
    );
  }
  return (
    <Windowed
      class={props.fill === true ? `${kind} fills` : `${kind} tall`}
      label={props.label}
      layout={layout}
      width={width}
      follow={props.follow}
      row={(row, top) => {
        const line = rows[row];
        return line === undefined ? null : (
          <Line
            key={row}
            row={line}
            matcher={props.matcher}
            style={{ position: 'absolute', top: `${top}px` }}
          />
        );
      }}
    />
  );
}

const SIGNS = { same: ' ', added: '+', removed: '−', earlier: ' ', gap: '' } as const;
const WORDS: Partial<Record<CodeRow['kind'], string>> = { added: 'added: ', removed: 'removed: ' };

function Line(props: { row: CodeRow; matcher: RegExp | undefined; style?: CSSProperties }) {
  const { row } = props;
  const word = WORDS[row.kind];
  return (
    <div class={`line ${row.kind}`} style={props.style}>
      <span class="number" aria-hidden="true">
        {row.before}
      </span>
      <span class="number" aria-hidden="true">
        {row.after}
      </span>
      <span class="sign" aria-hidden="true">
        {SIGNS[row.kind]}
      </span>
      <span class="text">
        {word !== undefined && <span class="unseen">{word}</span>}
        {row.part === undefined || props.matcher !== undefined ? (
          <Marked text={row.text} matcher={props.matcher} />
        ) : (
          <>
            {row.text.slice(0, row.part[0])}
            <span class="part">{row.text.slice(...row.part)}</span>
            {row.text.slice(row.part[1])}
          </>
        )}
      </span>
    </div>
  );
}
