import type { PageHistory } from './actions.ts';

/** A browser refuses to have its address changed much more often. */
const LATER_MS = 200;

/** The number in `#step-123`. */
export function stepInAddress(hash: string): number | undefined {
  const digits = /^#step-(\d{1,9})$/.exec(hash)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Keeps the step in the page's address. @param open called where back, forward or a typed address names another one. */
export function followAddress(open: (number: number) => void): PageHistory {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const replace = (number: number): void => {
    clearTimeout(timer);
    timer = undefined;
    if (stepInAddress(location.hash) !== number) history.replaceState(null, '', `#step-${number}`);
  };
  let waiting: number | undefined;
  addEventListener('popstate', () => {
    clearTimeout(timer);
    waiting = undefined;
    const number = stepInAddress(location.hash);
    if (number !== undefined) open(number);
  });
  return {
    push(number) {
      if (waiting !== undefined) replace(waiting);
      waiting = undefined;
      if (stepInAddress(location.hash) !== number) history.pushState(null, '', `#step-${number}`);
    },
    replaceSoon(number) {
      waiting = number;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (waiting !== undefined) replace(waiting);
        waiting = undefined;
      }, LATER_MS);
    },
  };
}
