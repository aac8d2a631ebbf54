import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { lastAtMost } from '../model/time-axis.ts';

/** Where each row of a long list stands, in pixels. */
export interface RowLayout {
  count: number;
  total: number;
  top(row: number): number;
  /** The row at a height. */
  at(y: number): number;
}

export function evenRows(count: number, height: number): RowLayout {
  return {
    count,
    total: count * height,
    top: (row) => row * height,
    at: (y) => Math.min(Math.max(0, Math.floor(y / height)), Math.max(0, count - 1)),
  };
}

export function rowsOfHeights(count: number, heightOf: (row: number) => number): RowLayout {
  const tops = new Float64Array(count + 1);
  for (let row = 0; row < count; row += 1) tops[row + 1] = (tops[row] ?? 0) + heightOf(row);
  return {
    count,
    total: tops[count] ?? 0,
    top: (row) => tops[row] ?? 0,
    at: (y) => Math.min(Math.max(0, lastAtMost(tops, y)), Math.max(0, count - 1)),
  };
}

/** Drawn beyond the edges, in pixels, so that scrolling meets rows. */
const BEYOND = 300;

/**
 * A scrolling list that holds only the rows near its window, whatever their number (up to some 16 million pixels, which is
 * what a browser can scroll).
 */
export function Windowed(props: {
  layout: RowLayout;
  /** The row that is brought into view when it changes. */
  follow?: number;
  class: string;
  label: string;
  /** Width of the widest row, where rows are wider than the window. */
  width?: string;
  list?: boolean;
  row(row: number, top: number): ComponentChildren;
}) {
  const { layout, follow } = props;
  const box = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const look = (): void => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop: top, clientHeight: height } = element;
    setSeen((old) => (old.top === top && old.height === height ? old : { top, height }));
  };
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      bringIntoView(element, layout, follow);
      look();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [layout, follow]);
  useLayoutEffect(() => {
    if (box.current !== null) bringIntoView(box.current, layout, follow);
    look();
  }, [follow, layout]);
  const rows: ComponentChildren[] = [];
  if (layout.count > 0) {
    const last = layout.at(seen.top + seen.height + BEYOND);
    for (let row = layout.at(seen.top - BEYOND); row <= last; row += 1)
      rows.push(props.row(row, layout.top(row)));
  }
  const inner = { height: `${layout.total}px`, ...(props.width === undefined ? {} : { width: props.width }) };
  return (
    <section
      ref={box}
      class={`windowed ${props.class}`}
      onScroll={look}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
      tabIndex={0}
      aria-label={props.label}
    >
      {props.list === true ? (
        <ol class="windowed-inner" style={inner}>
          {rows}
        </ol>
      ) : (
        <div class="windowed-inner" style={inner}>
          {rows}
        </div>
      )}
    </section>
  );
}

function bringIntoView(element: HTMLElement, layout: RowLayout, row: number | undefined): void {
  if (row === undefined || row < 0 || element.clientHeight === 0) return;
  const [top, bottom] = [layout.top(row), layout.top(row + 1)];
  const height = element.clientHeight;
  const margin = Math.min(80, height / 4);
  if (top - margin < element.scrollTop) element.scrollTop = top - margin;
  else if (bottom + margin > element.scrollTop + height) element.scrollTop = bottom + margin - height;
}
