import { useEffect, useRef } from 'preact/hooks';
import { Conversation } from './conversation.tsx';
import { EventPane } from './event-pane.tsx';
import { FilesPane } from './files-pane.tsx';
import { clockTime, counted, dayOf, dollars, duration } from './format.ts';
import { KEYS } from './keys.ts';
import { IconButton } from './parts.tsx';
import type { Recording } from './recording.ts';
import { SearchBox } from './search-box.tsx';
import { useApp, useView } from './store.ts';
import { toggleTheme } from './theme.ts';
import { Timeline } from './timeline.tsx';
import { Transport } from './transport.tsx';

export function Page() {
  const pane = useView((view) => view.pane);
  const { recording } = useApp();
  return (
    <div class="page" data-pane={pane}>
      <Header />
      <Remarks />
      {recording.steps.length > 0 && <Timeline />}
      {recording.steps.length > 0 && <Transport />}
      {recording.steps.length > 0 ? (
        <Main />
      ) : (
        <main class="empty">Nothing is recorded for this session.</main>
      )}
      <Help />
    </div>
  );
}

function Main() {
  return (
    <main>
      <section class="pane conversation" aria-label="Steps">
        <Conversation />
      </section>
      <section class="pane event-pane" aria-label="Event">
        <EventPane />
      </section>
      <section class="pane files-pane" aria-label="Files">
        <FilesPane />
      </section>
    </main>
  );
}

function Header() {
  const { recording, store, actions } = useApp();
  const { replay } = recording;
  return (
    <header class="top">
      <div class="title">
        <h1>
          <span class="unseen">Replay of session </span>
          {replay.session}
        </h1>
        <ul class="facts">
          {sessionFacts(recording).map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      </div>
      <SearchBox />
      <div class="group">
        <IconButton
          label="Light or dark"
          keys="t"
          path="M8 2.500a5.5 5.5 0 1 0 .01 0zM8 2.500v11a5.5 5.5 0 0 0 0-11z"
          onPress={() => toggleTheme(store, actions)}
        />
        <IconButton
          label="Print"
          path="M4.5 6V2.500h7V6M4.5 11.500h-2V6h11v5.500h-2M4.5 9.500h7v4h-7z"
          onPress={() => print()}
        />
        <IconButton
          label="Keys"
          keys="?"
          path="M6 6a2 2 0 1 1 2.8 1.800C8.2 8.1 8 8.5 8 9.300M8 11.800v.3"
          onPress={() => actions.setHelp(true)}
        />
      </div>
    </header>
  );
}

/** What a session was, in a few words each. */
export function sessionFacts({ replay, axis, files, dollars: spent, lanes }: Recording): string[] {
  const [first, last] = [axis.times[0], axis.times.at(-1)];
  if (first === undefined || last === undefined) return ['no steps'];
  const count = (lane: string): number => lanes.find((entry) => entry.lane === lane)?.count ?? 0;
  const idle = axis.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const cost = spent.at(-1) ?? Number.NaN;
  return [
    `${dayOf(first)}, ${clockTime(first).slice(0, 5)}`,
    idle === 0
      ? duration(last - first)
      : `${duration(last - first - idle)} active of ${duration(last - first)}`,
    counted(replay.steps.length, 'step'),
    ...(files.length === 0 ? [] : [`${counted(files.length, 'file')} changed`]),
    ...(count('error') === 0 ? [] : [counted(count('error'), 'error')]),
    ...(Number.isNaN(cost) ? [] : [dollars(cost)]),
  ];
}

function Remarks() {
  const { recording } = useApp();
  const { remarks, transcript } = recording.replay;
  const all =
    transcript === undefined
      ? ['The transcript is gone; this is what the journal and git know.', ...remarks]
      : remarks;
  const [first, ...more] = all;
  if (first === undefined) return null;
  return (
    <div class="remarks" role="note">
      {more.length === 0 ? (
        first
      ) : (
        <details>
          <summary>
            {first} <span class="soft">and {more.length} more</span>
          </summary>
          <ul>
            {more.map((remark) => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Help() {
  const { actions } = useApp();
  const open = useView((view) => view.help);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && dialog.current?.open === false) dialog.current.showModal();
  }, [open]);
  if (!open) return null;
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => actions.setHelp(false)}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(({ keys, does }) => (
          <div key={does}>
            <dt>{keys.map((key) => (key === '…' ? '…' : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">
        On the timeline: click for a step, draw over a stretch to look closer, double click for the whole.
        Waits longer than 30 s are shortened. Everything on this page is in this file; nothing is loaded or
        sent.
      </p>
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  );
}
