import { render } from 'preact';
import { clockTime, dayOf } from './format.ts';
import { LANE_OF } from './lanes.ts';
import { sessionFacts } from './page.tsx';
import type { Recording } from './recording.ts';
import type { Store } from './store.ts';

/** Steps on paper; more would be a book. */
const MOST = 3_000;
const LONGEST = 4_000;

/** Puts what is listed on paper: every step with its text and its change, instead of the page with its windows. */
export function preparePrinting(recording: Recording, store: Store, place: HTMLElement): void {
  const fill = (): void => render(<Printed recording={recording} listed={store.view.listed} />, place);
  const clear = (): void => render(null, place);
  addEventListener('beforeprint', fill);
  addEventListener('afterprint', clear);
  // A preview that switches the medium without saying so.
  matchMedia('print').addEventListener('change', ({ matches }) => (matches ? fill() : clear()));
}

function Printed({ recording, listed }: { recording: Recording; listed: readonly number[] }) {
  const left = listed.length - MOST;
  let day = '';
  return (
    <>
      <h1>Replay of {recording.replay.session}</h1>
      <p>{sessionFacts(recording).join(' · ')}</p>
      {recording.replay.remarks.map((remark) => (
        <p key={remark}>{remark}</p>
      ))}
      {listed.slice(0, MOST).map((position) => {
        const step = recording.steps[position];
        if (step === undefined) return null;
        const time = recording.axis.times[position] ?? 0;
        const today = dayOf(time);
        const newDay = today !== day;
        day = today;
        const body = step.hunks === undefined ? (step.text ?? step.result) : undefined;
        return (
          <div key={position} class={`printed lane-${step.lane}`}>
            {newDay && <h2>{today}</h2>}
            <p>
              <span class="printed-time">
                #{step.number} {clockTime(time)} {LANE_OF[step.lane].one}
              </span>{' '}
              {step.description}
              {step.failed === true && ' (failed)'}
            </p>
            {body !== undefined && body !== step.description && <pre>{body.slice(0, LONGEST)}</pre>}
            {step.hunks?.map((hunk, at) => (
              <pre key={at}>
                {hunk.lines.slice(0, 200).map((line) => (
                  <div class={line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus' : undefined}>
                    {line || ' '}
                  </div>
                ))}
              </pre>
            ))}
          </div>
        );
      })}
      {left > 0 && <p>{left.toLocaleString('en')} more steps are not printed; hide lanes to print others.</p>}
    </>
  );
}
