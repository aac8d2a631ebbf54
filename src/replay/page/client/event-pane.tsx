import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ReplayStep } from '../../types.ts';
import { changeRows } from '../model/code-rows.ts';
import { matcherFor } from '../model/search.ts';
import { lastAtMost } from '../model/time-axis.ts';
import { countLines } from '../model/touched.ts';
import { CodeView } from './code-view.tsx';
import { clockTime, compact, dayOf, dollars } from './format.ts';
import { LANE_OF } from './lanes.ts';
import { FilePath, LaneIcon, LineCounts } from './parts.tsx';
import { Prose, Verbatim } from './prose.tsx';
import { useApp, useView } from './store.ts';

/** The step that is shown, with everything that is known of it. */
export function EventPane() {
  const { recording } = useApp();
  const index = useView((view) => view.index);
  const query = useView((view) => view.query);
  const matcher = useMemo(() => matcherFor(query), [query]);
  const article = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // Every step is read from its beginning.
    article.current?.parentElement?.scrollTo(0, 0);
  }, [index]);
  const step = recording.steps[index];
  if (step === undefined) return <p class="nothing">No step to show.</p>;
  return (
    <article ref={article} class={`event lane-${step.lane}`} key={index} aria-labelledby="event-title">
      <header>
        <p class="event-kind">
          <LaneIcon lane={step.lane} />
          <span class="kind-name">{LANE_OF[step.lane].one}</span>
          {step.type !== step.lane && (
            <span class="chip" title={step.type}>
              {step.type}
            </span>
          )}
          {step.failed === true && <span class="chip bad">failed</span>}
          {step.agent !== undefined && (
            <span class="chip" title={step.agent}>
              sub-agent {step.agent}
            </span>
          )}
          <a class="permalink" href={`#step-${step.number}`} title="Address of this step">
            #{step.number}
          </a>
        </p>
        <h2 id="event-title">{step.description}</h2>
        <Facts index={index} step={step} />
      </header>
      <Body step={step} matcher={matcher} />
      <Asked index={index} />
    </article>
  );
}

function Facts({ index, step }: { index: number; step: ReplayStep }) {
  const { recording } = useApp();
  const time = recording.axis.times[index] ?? 0;
  const [tokens, spent] = [recording.tokens[index] ?? Number.NaN, recording.dollars[index] ?? Number.NaN];
  const facts = [
    `${dayOf(time)}, ${clockTime(time)}`,
    ...(Number.isNaN(tokens) ? [] : [`${compact(tokens)} tokens in context`]),
    ...(Number.isNaN(spent) ? [] : [`${dollars(spent)} spent`]),
    ...(step.cite === undefined ? [] : [`transcript ${step.cite}`]),
  ];
  return (
    <ul class="facts">
      {facts.map((fact) => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  );
}

function Body({ step, matcher }: { step: ReplayStep; matcher: RegExp | undefined }) {
  const speech = step.lane === 'prompt' || step.lane === 'answer';
  const rows = useMemo(() => (step.hunks === undefined ? undefined : changeRows(step.hunks)), [step]);
  return (
    <>
      {step.text !== undefined && step.text !== step.description && (
        <section class={speech ? 'block speech' : 'block'}>
          {speech ? (
            <Prose text={step.text} matcher={matcher} />
          ) : (
            <Verbatim text={step.text} matcher={matcher} />
          )}
        </section>
      )}
      {step.file !== undefined && <EditedFile step={step} path={step.file} />}
      {rows !== undefined && rows.length > 0 && <CodeView rows={rows} label="Change" matcher={matcher} />}
      {step.input !== undefined && (
        <Arguments input={step.input} matcher={matcher} shown={rows !== undefined} />
      )}
      {step.result !== undefined && step.result !== '' && (
        <section class="block">
          <h3>{step.failed === true ? 'Result: an error' : 'Result'}</h3>
          <Verbatim text={step.result} matcher={matcher} failed={step.failed} />
        </section>
      )}
    </>
  );
}

function EditedFile({ step, path }: { step: ReplayStep; path: string }) {
  const { actions } = useApp();
  return (
    <p class="edited-file">
      <FilePath path={path} />
      {step.hunks !== undefined && <LineCounts {...countLines(step)} />}
      {step.hunks !== undefined && (
        <button type="button" class="link-button only-narrow" onClick={() => actions.openFile(path)}>
          State of the file
        </button>
      )}
    </p>
  );
}

function Arguments(props: { input: Record<string, unknown>; matcher: RegExp | undefined; shown: boolean }) {
  const entries = Object.entries(props.input);
  if (entries.length === 0) return null;
  const list = (
    <dl class="arguments">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Verbatim
              text={typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
              matcher={props.matcher}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
  // The change above says the same, more readably.
  if (props.shown)
    return (
      <details class="block">
        <summary>Arguments</summary>
        {list}
      </details>
    );
  return (
    <section class="block">
      <h3>Arguments</h3>
      {list}
    </section>
  );
}

/** The prompt that what is shown was done for. */
function Asked({ index }: { index: number }) {
  const { recording, actions } = useApp();
  const position = recording.prompts[lastAtMost(recording.prompts, index)];
  const prompt = position === undefined || position === index ? undefined : recording.steps[position];
  if (prompt === undefined || position === undefined) return null;
  return (
    <p class="asked">
      After the prompt{' '}
      <a
        href={`#step-${prompt.number}`}
        onClick={(event) => {
          event.preventDefault();
          actions.goTo(position, 'push');
        }}
      >
        #{prompt.number} {prompt.description.slice(0, 140)}
      </a>
    </p>
  );
}
