import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { curvesHeight, drawCurves, isKnown } from './curves.ts';
import { drawLanes, LANE_HEIGHT, LEFT, RIGHT, STRIP } from './draw-lanes.ts';
import { clockTime, compact, counted, dollars } from './format.ts';
import { LaneIcon, letGoOfMouse } from './parts.tsx';
import { useApp, useView } from './store.ts';
import { applyTheme, SYSTEM_DARK } from './theme.ts';
import { nearestStep, useTrack } from './track.ts';

/** Everything that happened over time: a lane for each kind, and the curves below them. */
export function Timeline() {
  const { recording, store } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const curves = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [width, setWidth] = useState(0);
  const [dark, setDark] = useState(SYSTEM_DARK.matches);
  const theme = useView((view) => view.theme);
  const range = useView((view) => view.range);
  const hidden = useView((view) => view.hidden);
  const hits = useView((view) => view.hits);
  const [left, right] = width > 0 && width < 620 ? [40, 44] : [LEFT, RIGHT];
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    if (box.current !== null) observer.observe(box.current);
    const follow = (): void => {
      applyTheme(store.view.theme);
      setDark(SYSTEM_DARK.matches);
    };
    SYSTEM_DARK.addEventListener('change', follow);
    return () => {
      observer.disconnect();
      SYSTEM_DARK.removeEventListener('change', follow);
    };
  }, []);
  useEffect(() => {
    if (canvas.current !== null && width > 0)
      drawLanes(canvas.current, recording, store.view, Math.max(10, width - left - right));
  }, [width, dark, theme, range, hidden, hits]);
  useEffect(() => {
    if (curves.current === null || width === 0) return undefined;
    const drawn = drawCurves(curves.current, recording, { width, left, range: store.view.range });
    const [min, max] = store.view.range;
    drawn.setScale('x', { min, max });
    plot.current = drawn;
    return () => {
      plot.current = undefined;
      drawn.destroy();
    };
  }, [width, dark, theme]);
  useEffect(() => {
    plot.current?.setScale('x', { min: range[0], max: range[1] });
  }, [range]);
  const height = STRIP + recording.lanes.length * LANE_HEIGHT;
  return (
    <section class="timeline" aria-label="Timeline" ref={box}>
      <LaneButtons left={left} />
      <canvas
        ref={canvas}
        class="lanes"
        role="img"
        aria-label={`${counted(recording.steps.length, 'step')} in ${counted(recording.lanes.length, 'lane')} over time; the list below has each of them`}
        style={{ left: `${left}px`, width: `${Math.max(10, width - left - right)}px`, height: `${height}px` }}
      />
      <div
        ref={curves}
        class="curves"
        style={{ marginTop: `${height}px`, height: `${curvesHeight(recording)}px` }}
        aria-hidden="true"
      />
      <ul
        class={left === LEFT ? 'legend' : 'legend small'}
        style={{ top: `${height + 8}px` }}
        aria-hidden="true"
      >
        {isKnown(recording.tokens) && <li class="of-context">Context</li>}
        {isKnown(recording.dollars) && <li class="of-cost">Cost</li>}
      </ul>
      {width > 0 && <Track left={left} width={Math.max(10, width - left - right)} />}
    </section>
  );
}

function LaneButtons({ left }: { left: number }) {
  const { recording, actions } = useApp();
  const hidden = useView((view) => view.hidden);
  return (
    <fieldset
      class={left === LEFT ? 'lane-buttons' : 'lane-buttons small'}
      aria-label="Lanes"
      style={{ paddingTop: `${STRIP}px`, width: `${left}px` }}
    >
      {recording.lanes.map(({ lane, label, count }, row) => (
        <button
          type="button"
          key={lane}
          aria-pressed={!hidden.has(lane)}
          aria-label={`${label}, ${count}`}
          title={`${label}: show or hide (${row + 1}); double click shows it alone`}
          style={{ height: `${LANE_HEIGHT}px` }}
          onClick={(event) => {
            letGoOfMouse(event);
            actions.toggleLane(lane);
          }}
          onDblClick={() => actions.onlyLane(lane)}
          onKeyDown={(event) => {
            if (event.key === 'o') actions.onlyLane(lane);
          }}
        >
          <LaneIcon lane={lane} />
          <span class="lane-name">{label}</span>
          <span class="lane-count">{compact(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}

/** Over the lanes and curves: the playhead, what the pointer is on, and the stretch it draws. */
function Track({ left, width }: { left: number; width: number }) {
  const { recording } = useApp();
  const [from, to] = useView((view) => view.range);
  const { axis, steps } = recording;
  const track = useTrack(width);
  const near = track.hover === undefined ? undefined : nearestStep(recording, track.hover, width, from, to);
  const step = steps[near ?? -1];
  const pixel = (x: number): number => ((x - from) / (to - from)) * width;
  return (
    <div class="track" style={{ left: `${left}px`, width: `${width}px` }} {...track.events}>
      <Playhead pixel={pixel} width={width} />
      {track.drawn !== undefined && (
        <div
          class="drawn"
          style={{ left: `${track.drawn[0]}px`, width: `${track.drawn[1] - track.drawn[0]}px` }}
        />
      )}
      {step !== undefined && near !== undefined && track.drawn === undefined && (
        <>
          <div class="hairline" style={{ left: `${pixel(axis.xs[near] ?? 0)}px` }} />
          <Tip left={pixel(axis.xs[near] ?? 0)} width={width} near={near} />
        </>
      )}
    </div>
  );
}

function Tip({ left, width, near }: { left: number; width: number; near: number }) {
  const { recording } = useApp();
  const step = recording.steps[near];
  if (step === undefined) return null;
  const [tokens, spent] = [recording.tokens[near] ?? Number.NaN, recording.dollars[near] ?? Number.NaN];
  const facts = [
    clockTime(recording.axis.times[near] ?? 0),
    `#${step.number}`,
    ...(Number.isNaN(tokens) ? [] : [`${compact(tokens)} tokens`]),
    ...(Number.isNaN(spent) ? [] : [dollars(spent)]),
  ];
  const place = left < width / 2 ? { left: `${left + 10}px` } : { right: `${width - left + 10}px` };
  return (
    <div class="tip" style={place} aria-hidden="true">
      <span class="tip-facts">{facts.join(' · ')}</span>
      <span class="tip-words">
        <LaneIcon lane={step.lane} /> {step.description.slice(0, 160)}
      </span>
    </div>
  );
}

function Playhead({ pixel, width }: { pixel(x: number): number; width: number }) {
  const x = pixel(useView((view) => view.x));
  return x < -1 || x > width + 1 ? null : (
    <div class="playhead" style={{ transform: `translateX(${x}px)` }} />
  );
}
