import { splitKeys } from './keys.ts';

/** A terminal that is watched key by key. */
export interface Screen {
  write(text: string): void;
  columns(): number;
  /** The next key; undefined when the time is up. `END`, again and again, when there will be none any more. */
  nextKey(timeoutMs?: number): Promise<string | undefined>;
  /** Whether a key waits. */
  hasKey(): boolean;
  onResize(work: () => void): void;
  /** Stops this process as Ctrl-Z does, with the terminal as it was. */
  suspend(): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

export const END = 'end';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Takes the keys of the terminal this process runs at, without echo. The terminal is given back by `close`, and whatever else
 * ends this process but SIGKILL: a signal, an exception, an exit.
 */
export function openScreen(): Screen {
  const { stdin, stdout } = process;
  const keys: string[] = [];
  let wake: (() => void) | undefined;
  const push = (more: readonly string[]): void => {
    keys.push(...more);
    wake?.();
  };
  const onData = (chunk: string): void => push(splitKeys(chunk));
  let isOver = false;
  const onEnd = (): void => {
    isOver = true;
    wake?.();
  };
  const restore = (): void => {
    if (stdin.isTTY) stdin.setRawMode(false);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    close();
    process.kill(process.pid, signal);
  };
  const onContinue = (): void => {
    stdin.setRawMode(true);
    stdout.emit('resize');
  };
  const resized: (() => void)[] = [];
  const close = (): void => {
    restore();
    stdin.pause();
    stdin.off('data', onData).off('end', onEnd);
    process.off('exit', restore).off('SIGCONT', onContinue);
    for (const signal of SIGNALS) process.off(signal, onSignal);
    for (const work of resized.splice(0)) stdout.off('resize', work);
  };
  process.on('exit', restore).on('SIGCONT', onContinue);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  stdin.setEncoding('utf8').on('data', onData).on('end', onEnd);
  stdin.setRawMode(true);
  stdin.resume();
  return {
    write: (text) => void stdout.write(text),
    columns: () => stdout.columns || 80,
    hasKey: () => isOver || keys.length > 0,
    onResize(work) {
      resized.push(work);
      stdout.on('resize', work);
    },
    async nextKey(timeoutMs) {
      if (keys.length === 0 && !isOver)
        await new Promise<void>((resolve) => {
          const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      wake = undefined;
      return keys.shift() ?? (isOver ? END : undefined);
    },
    suspend() {
      restore();
      process.kill(process.pid, 'SIGSTOP');
    },
    close,
  };
}
