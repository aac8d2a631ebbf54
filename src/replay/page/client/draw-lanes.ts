import { lastAtMost } from '../model/time-axis.ts';
import { isError } from './actions.ts';
import { duration } from './format.ts';
import type { Recording } from './recording.ts';
import type { View } from './store.ts';

/** Height of a lane, and of the strip above them for waits and hits, in pixels. */
export const LANE_HEIGHT = 17;
export const STRIP = 18;
/** Widths beside the lanes: for their names, and for the scale of the costs. */
export const LEFT = 150;
export const RIGHT = 52;

/** The colours of the page as they are now. */
export function colours(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

/** Draws waits, lanes and hits into a canvas; steps that fall on one pixel make its bar higher. */
export function drawLanes(canvas: HTMLCanvasElement, recording: Recording, view: View, width: number): void {
  const height = STRIP + recording.lanes.length * LANE_HEIGHT;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.scale(scale, scale);
  const colour = colours();
  const { xs, gaps } = recording.axis;
  const [from, to] = view.range;
  const pixel = (x: number): number => ((x - from) / (to - from)) * width;
  pen.fillStyle = colour('stripe');
  for (let row = 0; row < recording.lanes.length; row += 2)
    pen.fillRect(0, STRIP + row * LANE_HEIGHT, width, LANE_HEIGHT);

  pen.font = `11px ${colour('font')}`;
  pen.textBaseline = 'middle';
  let free = 0;
  for (const gap of gaps) {
    const [left, right] = [pixel(gap.x), pixel(gap.x + gap.width)];
    if (right < 0 || left > width) continue;
    pen.fillStyle = colour('idle');
    pen.fillRect(left, 0, Math.max(1, right - left), height);
    const words = `${duration(gap.to - gap.from)} idle`;
    const room = pen.measureText(words).width;
    const at = Math.min(Math.max(2, (left + right - room) / 2), width - room - 2);
    if (at < free || (right - left < 3 && gaps.length > 40)) continue;
    pen.fillStyle = colour('soft');
    pen.fillText(words, at, STRIP / 2);
    free = at + room + 10;
  }

  const rows = new Map(recording.lanes.map(({ lane }, row) => [lane, row]));
  const agentRow = rows.get('agent');
  if (agentRow !== undefined) {
    pen.fillStyle = colour('agent');
    pen.globalAlpha = view.hidden.has('agent') ? 0.12 : 0.3;
    for (const { first, last } of recording.agents.values()) {
      const left = pixel(xs[first] ?? 0);
      pen.fillRect(left, STRIP + agentRow * LANE_HEIGHT + 7, Math.max(2, pixel(xs[last] ?? 0) - left), 3);
    }
  }

  const first = Math.max(0, lastAtMost(xs, from));
  const last = lastAtMost(xs, to);
  const bins = recording.lanes.map(() => new Uint32Array(Math.ceil(width) + 1));
  const bad = new Uint8Array(Math.ceil(width) + 1);
  for (let index = first; index <= last; index += 1) {
    const step = recording.steps[index];
    const column = Math.round(pixel(xs[index] ?? 0));
    const row = step === undefined ? undefined : rows.get(step.lane);
    if (row === undefined || column < 0 || column > width) continue;
    const bin = bins[row];
    if (bin !== undefined) bin[column] = (bin[column] ?? 0) + 1;
    if (step?.lane === 'tool' && isError(step)) bad[column] = 1;
  }
  for (const [row, { lane }] of recording.lanes.entries()) {
    pen.globalAlpha = view.hidden.has(lane) ? 0.18 : 1;
    const middle = STRIP + row * LANE_HEIGHT + LANE_HEIGHT / 2;
    const usual = colour(lane);
    const red = colour('error');
    const bin = bins[row];
    for (let column = 0; bin !== undefined && column < bin.length; column += 1) {
      const count = bin[column] ?? 0;
      if (count === 0) continue;
      const tall = Math.min(13, 7 + Math.log2(count) * 2);
      pen.fillStyle = lane === 'tool' && bad[column] === 1 ? red : usual;
      pen.fillRect(column - 1, middle - tall / 2, 2, tall);
    }
  }
  pen.globalAlpha = 1;
  pen.fillStyle = colour('hit');
  for (const hit of view.hits ?? []) {
    const x = pixel(xs[hit] ?? 0);
    if (x >= 0 && x <= width) pen.fillRect(x - 1, STRIP - 4, 2, 4);
  }
}
