import { useRef, useState } from 'preact/hooks';
import { lastAtMost } from '../model/time-axis.ts';
import { LANE_HEIGHT, STRIP } from './draw-lanes.ts';
import type { Recording } from './recording.ts';
import { useApp } from './store.ts';

interface Point {
  x: number;
  y: number;
}

/** A pointer that moved less has clicked, in pixels. */
const STILL = 4;
/** How far from the pointer a step of the lane it is in is still meant. */
const REACH = 8;

/** The step a pointer means: one of its lane near by, or else the nearest of all. */
export function nearestStep(
  recording: Recording,
  { x, y }: Point,
  width: number,
  from: number,
  to: number,
): number | undefined {
  const { xs } = recording.axis;
  const scale = (to - from) / width;
  const at = from + x * scale;
  const before = lastAtMost(xs, at);
  const lane = recording.lanes[Math.floor((y - STRIP) / LANE_HEIGHT)]?.lane;
  let best: number | undefined;
  if (y >= STRIP && lane !== undefined) {
    for (let index = before; index >= 0 && at - (xs[index] ?? 0) <= REACH * scale; index -= 1) {
      if (recording.steps[index]?.lane === lane) {
        best = index;
        break;
      }
    }
    for (let index = before + 1; index < xs.length && (xs[index] ?? 0) - at <= REACH * scale; index += 1) {
      if (recording.steps[index]?.lane !== lane) continue;
      if (best === undefined || (xs[index] ?? 0) - at < at - (xs[best] ?? 0)) best = index;
      break;
    }
  }
  if (best !== undefined) return best;
  const [a, b] = [xs[before], xs[before + 1]];
  if (a === undefined) return b === undefined ? undefined : before + 1;
  return b === undefined || at - a <= b - at ? before : before + 1;
}

/** Click goes to a step, drawing a stretch looks closer at it, double click and the wheel with a key change the stretch. */
export function useTrack(width: number) {
  const { recording, store, actions } = useApp();
  const [hover, setHover] = useState<Point>();
  const [drawn, setDrawn] = useState<[number, number]>();
  const start = useRef<number | undefined>(undefined);
  const timeOf = (x: number): number => {
    const [from, to] = store.view.range;
    return from + (x / width) * (to - from);
  };
  const place = (event: MouseEvent): Point => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: Math.min(Math.max(0, event.clientX - box.left), width), y: event.clientY - box.top };
  };
  const end = (): void => {
    start.current = undefined;
    setDrawn(undefined);
  };
  return {
    hover,
    drawn,
    events: {
      onPointerDown(event: PointerEvent) {
        if (event.button !== 0) return;
        start.current = place(event).x;
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      },
      onPointerMove(event: PointerEvent) {
        const point = place(event);
        setHover(point);
        const from = start.current;
        if (from !== undefined && (drawn !== undefined || Math.abs(point.x - from) > STILL))
          setDrawn([Math.min(from, point.x), Math.max(from, point.x)]);
      },
      onPointerUp(event: PointerEvent) {
        if (start.current === undefined) return;
        if (drawn !== undefined) actions.setRange(timeOf(drawn[0]), timeOf(drawn[1]));
        else {
          const step = nearestStep(recording, place(event), width, ...store.view.range);
          if (step !== undefined) actions.goTo(step, 'push');
        }
        end();
      },
      onPointerCancel: end,
      onPointerLeave: () => setHover(undefined),
      onDblClick: () => actions.setRange(0, Number.POSITIVE_INFINITY),
      onWheel(event: WheelEvent) {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        actions.zoom(event.deltaY < 0 ? 1.3 : 1 / 1.3, timeOf(place(event).x));
      },
    },
  };
}
