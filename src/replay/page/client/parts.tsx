import type { ComponentChildren } from 'preact';
import type { ReplayLane } from '../../types.ts';
import { LANE_OF } from './lanes.ts';

/** The sign of a lane; its name stands beside it or in the label around it. */
export function LaneIcon({ lane }: { lane: ReplayLane }) {
  return <Icon path={LANE_OF[lane].icon} lane={lane} />;
}

export function Icon({ path, lane, filled }: { path: string; lane?: ReplayLane; filled?: boolean }) {
  return (
    <svg
      class={filled === true ? 'icon filled' : 'icon'}
      data-lane={lane}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}

export function IconButton(props: {
  label: string;
  path: string;
  filled?: boolean;
  keys?: string;
  disabled?: boolean;
  class?: string;
  onPress(): void;
}) {
  const title = props.keys === undefined ? props.label : `${props.label} (${props.keys})`;
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={props.label}
      title={title}
      disabled={props.disabled}
      onClick={(event) => {
        letGoOfMouse(event);
        props.onPress();
      }}
    >
      <Icon path={props.path} filled={props.filled} />
    </button>
  );
}

/** A button pressed by mouse does not keep the focus, so that the space bar goes on to play and pause. */
export function letGoOfMouse(event: MouseEvent): void {
  if (event.detail > 0 && event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
}

/** Text with what is searched for marked, at most the first 500 times. */
export function Marked({ text, matcher }: { text: string; matcher: RegExp | undefined }) {
  if (matcher === undefined) return <>{text}</>;
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(new RegExp(matcher.source, 'giu'))) {
    if (parts.length >= 1_000) break;
    parts.push(text.slice(from, match.index), <mark>{match[0]}</mark>);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return <>{parts}</>;
}

/** A path with its name before everything else. */
export function FilePath({ path }: { path: string }) {
  const at = path.lastIndexOf('/') + 1;
  return (
    <span class="path" title={path}>
      <span class="folder">{path.slice(0, at)}</span>
      <span class="name">{path.slice(at)}</span>
    </span>
  );
}

export function LineCounts({ added, removed }: { added: number; removed: number }) {
  return (
    <span class="counts">
      <span class="plus">+{added}</span> <span class="minus">−{removed}</span>
    </span>
  );
}
