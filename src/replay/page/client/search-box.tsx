import { useMemo, useRef, useState } from 'preact/hooks';
import { findIn, matcherFor } from '../model/search.ts';
import { lastAtMost } from '../model/time-axis.ts';
import { clockTime, counted } from './format.ts';
import { Icon, IconButton, LaneIcon } from './parts.tsx';
import { useApp, useView } from './store.ts';
import { evenRows, Windowed } from './windowed.tsx';

const ROW = 44;

/** A field, and while it is open the list of what was found. */
export function SearchBox() {
  const { actions } = useApp();
  const [open, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const query = useView((view) => view.query);
  const leave = (): void => {
    setOpen(false);
    field.current?.blur();
  };
  return (
    <search
      class="search"
      onFocusIn={() => setOpen(true)}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) setOpen(false);
      }}
    >
      <Icon path="M7 2.500a4.5 4.5 0 1 0 .01 0zM10.3 10.300L14 14" />
      <input
        ref={field}
        id="search"
        type="search"
        placeholder="Search everything"
        aria-label="Search"
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => actions.search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            if (query === '') leave();
            else actions.search('');
          } else if (event.key === 'Enter') actions.nextHit(event.shiftKey ? -1 : 1);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {query === '' ? <kbd>/</kbd> : <Hits />}
      {open && query.trim() !== '' && <HitList leave={leave} />}
    </search>
  );
}

function Hits() {
  const { actions } = useApp();
  const hits = useView((view) => view.hits);
  const searching = useView((view) => view.searching);
  const index = useView((view) => view.index);
  if (hits === undefined) return null;
  const at = lastAtMost(hits, index);
  const place = hits[at] === index ? `${(at + 1).toLocaleString('en')} of ` : '';
  return (
    <span class="hits">
      <output>
        {hits.length === 0 && !searching
          ? 'nothing'
          : `${place}${hits.length.toLocaleString('en')}${searching ? ' …' : ''}`}
      </output>
      <IconButton label="Previous hit" keys="N" path="M3 10l5-5 5 5" onPress={() => actions.nextHit(-1)} />
      <IconButton label="Next hit" keys="n" path="M3 6l5 5 5-5" onPress={() => actions.nextHit(1)} />
    </span>
  );
}

function HitList({ leave }: { leave(): void }) {
  const { recording, actions } = useApp();
  const hits = useView((view) => view.hits) ?? [];
  const searching = useView((view) => view.searching);
  const query = useView((view) => view.query);
  const index = useView((view) => view.index);
  const matcher = useMemo(() => matcherFor(query), [query]);
  const layout = useMemo(() => evenRows(hits.length, ROW), [hits.length]);
  const at = lastAtMost(hits, index);
  return (
    <div class="hit-list">
      <p class="hit-summary">
        {searching
          ? 'Searching…'
          : hits.length === 0
            ? `Nothing holds “${query.trim()}”.`
            : counted(hits.length, 'step')}
      </p>
      {hits.length > 0 && (
        <Windowed
          class="hit-rows"
          label="Found"
          layout={layout}
          follow={hits[at] === index ? at : undefined}
          list
          row={(row, top) => {
            const position = hits[row];
            const step = recording.steps[position ?? -1];
            if (step === undefined || position === undefined || matcher === undefined) return null;
            const found = findIn(step, matcher);
            return (
              <li key={position} class="hit-place" style={{ top: `${top}px`, height: `${ROW}px` }}>
                <a
                  href={`#step-${step.number}`}
                  aria-current={position === index ? 'true' : undefined}
                  onClick={(event) => {
                    event.preventDefault();
                    actions.goTo(position, 'push');
                    leave();
                  }}
                >
                  <span class="hit-head">
                    <LaneIcon lane={step.lane} /> {clockTime(recording.axis.times[position] ?? 0)}
                    <span class="hit-description">{step.description.slice(0, 120)}</span>
                  </span>
                  <span class="hit-words">
                    {found?.before}
                    <mark>{found?.match}</mark>
                    {found?.after}
                  </span>
                </a>
              </li>
            );
          }}
        />
      )}
    </div>
  );
}
