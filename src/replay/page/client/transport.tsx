import { clockTime, compact, dollars } from './format.ts';
import { IconButton, letGoOfMouse } from './parts.tsx';
import { type Pane, useApp, useView } from './store.ts';

const SPEEDS = [1, 5, 10, 30, 100, 500];

/** Play, step and jump; and which part is seen where there is no room for all. */
export function Transport() {
  const { actions } = useApp();
  const playing = useView((view) => view.playing);
  const speed = useView((view) => view.speed);
  return (
    <div class="transport" role="toolbar" aria-label="Playback">
      <div class="group">
        <IconButton
          label="Previous step"
          keys="k"
          path="M10.5 3.500L5.5 8l5 4.500zM4 3.500v9"
          filled
          onPress={() => actions.step(-1)}
        />
        <IconButton
          label={playing ? 'Pause' : 'Play'}
          keys="Space"
          class="main"
          path={playing ? 'M4 3h3v10H4zM9 3h3v10H9z' : 'M4.5 2.500v11L13 8z'}
          filled
          onPress={actions.togglePlay}
        />
        <IconButton
          label="Next step"
          keys="j"
          path="M5.5 3.500l5 4.5-5 4.500zM12 3.500v9"
          filled
          onPress={() => actions.step(1)}
        />
        <label class="speed">
          <span class="unseen">Speed</span>
          <select
            value={String(speed)}
            onChange={(event) => {
              actions.setSpeed(Number(event.currentTarget.value));
              event.currentTarget.blur();
            }}
          >
            {SPEEDS.map((value) => (
              <option key={value} value={value}>
                {value}×
              </option>
            ))}
          </select>
        </label>
      </div>
      <Position />
      <div class="group jumps">
        <Jump name="error" keys={['E', 'e']} />
        <Jump name="edit" keys={['D', 'd']} />
        <span class="group zooms">
          <IconButton label="Look further" keys="-" path="M3 8h10" onPress={() => actions.zoom(0.5)} />
          <IconButton label="Look closer" keys="+" path="M3 8h10M8 3v10" onPress={() => actions.zoom(2)} />
          <IconButton
            label="The whole time"
            keys="0"
            path="M2.5 6V2.500H6M10 2.500h3.500V6M13.5 10v3.500H10M6 13.500H2.500V10"
            onPress={() => actions.setRange(0, Number.POSITIVE_INFINITY)}
          />
        </span>
      </div>
      <Panes />
    </div>
  );
}

function Jump({ name, keys }: { name: 'error' | 'edit'; keys: readonly [string, string] }) {
  const { actions } = useApp();
  return (
    <span class={`jump of-${name}`}>
      <IconButton
        label={`Previous ${name}`}
        keys={keys[0]}
        path="M10 3L5 8l5 5"
        onPress={() => actions.jump(name, -1)}
      />
      <span class="jump-name">{name}</span>
      <IconButton
        label={`Next ${name}`}
        keys={keys[1]}
        path="M6 3l5 5-5 5"
        onPress={() => actions.jump(name, 1)}
      />
    </span>
  );
}

function Position() {
  const { recording, actions } = useApp();
  const index = useView((view) => view.index);
  const { steps, axis } = recording;
  const step = steps[index];
  if (step === undefined) return <div class="position" />;
  const time = clockTime(axis.times[index] ?? 0);
  const [tokens, spent] = [recording.tokens[index] ?? Number.NaN, recording.dollars[index] ?? Number.NaN];
  return (
    <div class="position">
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={index}
        aria-label="Step"
        aria-valuetext={`Step ${step.number} of ${steps.length}, ${time}, ${step.description.slice(0, 100)}`}
        onInput={(event) => actions.goTo(Number(event.currentTarget.value), 'replace')}
      />
      <output class="where">
        <b>{(index + 1).toLocaleString('en')}</b>
        <span class="soft"> / {steps.length.toLocaleString('en')}</span>
        <span class="where-time">{time}</span>
        {!Number.isNaN(tokens) && <span class="where-context">{compact(tokens)} tokens</span>}
        {!Number.isNaN(spent) && <span class="where-cost">{dollars(spent)}</span>}
      </output>
    </div>
  );
}

const PANES: readonly { pane: Pane; label: string }[] = [
  { pane: 'conversation', label: 'Steps' },
  { pane: 'event', label: 'Event' },
  { pane: 'files', label: 'Files' },
];

function Panes() {
  const { actions } = useApp();
  const shown = useView((view) => view.pane);
  return (
    <nav class="panes-nav segments" aria-label="Parts">
      {PANES.map(({ pane, label }) => (
        <button
          type="button"
          key={pane}
          data-pane={pane}
          aria-pressed={shown === pane}
          onClick={(event) => {
            letGoOfMouse(event);
            actions.show(pane);
          }}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}
