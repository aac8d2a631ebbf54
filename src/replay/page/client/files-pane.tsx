import { useMemo } from 'preact/hooks';
import { changeRows, fileRows } from '../model/code-rows.ts';
import type { FileState } from '../model/file-state.ts';
import { matcherFor } from '../model/search.ts';
import { editsUpTo, type TouchedFile } from '../model/touched.ts';
import { CodeView } from './code-view.tsx';
import { counted } from './format.ts';
import { FilePath, IconButton, LineCounts, letGoOfMouse } from './parts.tsx';
import { useApp, useView } from './store.ts';
import { evenRows, Windowed } from './windowed.tsx';

const ROW = 28;

/** The files that were changed up to the step that is shown, and what is known of one of them. */
export function FilesPane() {
  const { recording } = useApp();
  const index = useView((view) => view.index);
  const chosen = useView((view) => view.file);
  const changed = useMemo(
    () => recording.files.filter(({ edits }) => (edits[0] ?? Number.POSITIVE_INFINITY) <= index),
    [recording, index],
  );
  const latest = useMemo(() => newest(changed, index), [changed, index]);
  const file = changed.find(({ path }) => path === chosen) ?? latest;
  if (recording.files.length === 0) return <p class="nothing">No change of a file is recorded.</p>;
  return (
    <div class="files">
      <h2 class="pane-title">
        Files{' '}
        <span class="soft">
          {changed.length} of {recording.files.length} changed so far
        </span>
      </h2>
      {file === undefined ? (
        <p class="nothing">No file has been changed yet. Press d for the first edit.</p>
      ) : (
        <>
          <FileList
            files={changed}
            index={index}
            file={file}
            latest={latest}
            following={file.path !== chosen}
          />
          <OneFile file={file} edits={editsUpTo(file, index)} />
        </>
      )}
    </div>
  );
}

function newest(files: readonly TouchedFile[], index: number): TouchedFile | undefined {
  let best: TouchedFile | undefined;
  let at = -1;
  for (const file of files) {
    const last = file.edits[editsUpTo(file, index) - 1] ?? -1;
    if (last > at) [best, at] = [file, last];
  }
  return best;
}

function FileList(props: {
  files: readonly TouchedFile[];
  index: number;
  file: TouchedFile;
  latest: TouchedFile | undefined;
  following: boolean;
}) {
  const { actions } = useApp();
  const { files, index, file } = props;
  const layout = useMemo(() => evenRows(files.length, ROW), [files.length]);
  return (
    <Windowed
      class="file-list"
      label="Changed files"
      layout={layout}
      follow={files.indexOf(file)}
      list
      row={(row, top) => {
        const entry = files[row];
        if (entry === undefined) return null;
        const edits = editsUpTo(entry, index);
        return (
          <li key={entry.path} class="file-place" style={{ top: `${top}px`, height: `${ROW}px` }}>
            <button
              type="button"
              class={entry.edits[edits - 1] === index ? 'file-row just-now' : 'file-row'}
              aria-current={entry === file ? 'true' : undefined}
              onClick={(event) => {
                letGoOfMouse(event);
                actions.openFile(entry.path);
              }}
            >
              <FilePath path={entry.path} />
              <LineCounts added={entry.added[edits - 1] ?? 0} removed={entry.removed[edits - 1] ?? 0} />
            </button>
          </li>
        );
      }}
    />
  );
}

function OneFile({ file, edits }: { file: TouchedFile; edits: number }) {
  const { recording, actions } = useApp();
  const mode = useView((view) => view.fileMode);
  const following = useView((view) => view.file !== file.path);
  const query = useView((view) => view.query);
  const matcher = useMemo(() => matcherFor(query), [query]);
  const state = useMemo(() => recording.fileStateAfter(file, edits), [recording, file, edits]);
  const rows = useMemo(() => {
    if (mode === 'file') return fileRows(state);
    return changeRows(recording.steps[file.edits[edits - 1] ?? -1]?.hunks ?? []);
  }, [mode, state, recording, file, edits]);
  const first = rows.findIndex(({ kind }) => kind === 'added' || kind === 'removed');
  const to = (edit: number): void => actions.goTo(file.edits[edit] ?? 0, 'push');
  return (
    <section class="one-file" aria-label={file.path}>
      <header>
        <p class="file-name">
          <FilePath path={file.path} />
        </p>
        <div class="file-tools">
          <IconButton
            label="Previous change of this file"
            path="M10 3L5 8l5 5"
            disabled={edits < 2}
            onPress={() => to(edits - 2)}
          />
          <span class="soft nowrap">
            change {edits} of {file.edits.length}
          </span>
          <IconButton
            label="Next change of this file"
            path="M6 3l5 5-5 5"
            disabled={edits >= file.edits.length}
            onPress={() => to(edits)}
          />
          <Modes mode={mode} />
          {!following && (
            <button type="button" class="link-button" onClick={() => actions.openFile(undefined)}>
              Follow edits
            </button>
          )}
        </div>
        {mode === 'file' && <p class="soft known">{knowledge(state)}</p>}
      </header>
      <CodeView
        rows={rows}
        label={mode === 'file' ? 'File' : 'Change'}
        matcher={matcher}
        fill
        follow={Math.max(0, first)}
      />
    </section>
  );
}

function Modes({ mode }: { mode: 'change' | 'file' }) {
  const { actions } = useApp();
  return (
    <fieldset class="segments" aria-label="What to show of the file" title="v">
      {(['change', 'file'] as const).map((one) => (
        <button
          type="button"
          key={one}
          aria-pressed={mode === one}
          onClick={(event) => {
            letGoOfMouse(event);
            actions.setFileMode(one);
          }}
        >
          {one === 'change' ? 'Change' : 'File'}
        </button>
      ))}
    </fieldset>
  );
}

function knowledge(state: FileState): string {
  const lines = counted(state.lines.length, 'line');
  if (state.whole) return `The whole file is known: ${lines}.`;
  if (state.differs)
    return `Something that is not recorded changed this file: of it, ${lines} of the last change are known.`;
  return `Known as far as changes show it: ${lines}.`;
}
