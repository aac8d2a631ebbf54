import { useMemo } from 'preact/hooks';
import type { ReplayStep } from '../../types.ts';
import { lastAtMost } from '../model/time-axis.ts';
import { countLines } from '../model/touched.ts';
import { isError } from './actions.ts';
import { clockTime, dayOf } from './format.ts';
import { LANE_OF } from './lanes.ts';
import { FilePath, LaneIcon, LineCounts } from './parts.tsx';
import { useApp, useView } from './store.ts';
import { rowsOfHeights, Windowed } from './windowed.tsx';

const [LOW, HIGH] = [30, 58];
/** About what a line has room for, in characters. */
const ONE_LINE = 40;
const PHONE = matchMedia('(max-width: 720px)');

/** Every step that is listed, one below the other. */
export function Conversation() {
  const { recording, actions } = useApp();
  const listed = useView((view) => view.listed);
  const index = useView((view) => view.index);
  const { steps } = recording;
  const layout = useMemo(() => {
    const low = PHONE.matches ? LOW + 8 : LOW;
    return rowsOfHeights(listed.length, (row) => (isSpeech(listed[row], steps) ? HIGH : low));
  }, [listed, steps]);
  if (listed.length === 0) {
    return (
      <div class="nothing">
        <p>Every lane is hidden.</p>
        <button type="button" class="button" onClick={actions.allLanes}>
          Show all lanes
        </button>
      </div>
    );
  }
  const at = lastAtMost(listed, index);
  return (
    <Windowed
      class="steps"
      label="Steps"
      layout={layout}
      follow={at}
      list
      row={(row, top) => {
        const position = listed[row];
        return position === undefined ? null : (
          <Row
            key={position}
            position={position}
            top={top}
            height={layout.top(row + 1) - top}
            current={position === index}
            row={row}
          />
        );
      }}
    />
  );
}

/** Words of the person or the model that one line has no room for. */
function isSpeech(position: number | undefined, steps: readonly ReplayStep[]): boolean {
  const step = steps[position ?? -1];
  const speaks = step?.lane === 'prompt' || (step?.lane === 'answer' && step.agent === undefined);
  return speaks && (step.text ?? step.description).trim().length > ONE_LINE;
}

function Row(props: { position: number; top: number; height: number; current: boolean; row: number }) {
  const { recording, actions } = useApp();
  const count = useView((view) => view.listed.length);
  const isHit = useView(
    ({ hits }) => hits !== undefined && hits[lastAtMost(hits, props.position)] === props.position,
  );
  const step = recording.steps[props.position];
  if (step === undefined) return null;
  const time = recording.axis.times[props.position] ?? 0;
  const classes = ['step', `lane-${step.lane}`];
  if (isError(step)) classes.push('failing');
  if (step.agent !== undefined) classes.push('of-agent');
  if (isHit) classes.push('hit');
  if (props.height === HIGH) classes.push('speech');
  return (
    <li
      class="step-place"
      style={{ top: `${props.top}px`, height: `${props.height}px` }}
      aria-setsize={count}
      aria-posinset={props.row + 1}
    >
      <a
        class={classes.join(' ')}
        href={`#step-${step.number}`}
        aria-current={props.current ? 'step' : undefined}
        title={`${dayOf(time)} ${clockTime(time)}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          event.currentTarget.blur();
          actions.goTo(props.position, 'push');
        }}
      >
        <time>{clockTime(time)}</time>
        <LaneIcon lane={step.lane} />
        <span class="what">
          <span class="unseen">{LANE_OF[step.lane].one}: </span>
          {step.file !== undefined && step.hunks !== undefined ? (
            <FilePath path={step.file} />
          ) : (
            <Words step={step} />
          )}
        </span>
        {step.hunks !== undefined && <LineCounts {...countLines(step)} />}
        {step.failed === true && step.lane !== 'error' && <span class="failed-word">failed</span>}
      </a>
    </li>
  );
}

function Words({ step }: { step: { lane: string; description: string; tool?: string; text?: string } }) {
  const { tool, description } = step;
  if (tool !== undefined && step.lane === 'tool') {
    const rest = description.startsWith(tool)
      ? description.slice(tool.length).replace(/^[\s:(]+/, '')
      : description;
    return (
      <>
        <span class="tool-name">{tool}</span> {rest}
      </>
    );
  }
  // A prompt or an answer has room for more than its first line.
  if (step.lane === 'prompt' || step.lane === 'answer')
    return <>{withoutMarks((step.text ?? description).slice(0, 400))}</>;
  return <>{description}</>;
}

/** What somebody wrote, as one line without the marks of its formatting. */
function withoutMarks(text: string): string {
  return text.replace(/```[^\n]*|\*\*|`|^#{1,4} /gm, '').replace(/\s+/g, ' ');
}
