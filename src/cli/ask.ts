import { HooksError } from '../errors.ts';

/** The person ended the questions: nothing was changed. */
export class Cancelled extends HooksError {
  constructor() {
    super({ code: 'cancelled', kind: 'failed', message: 'Cancelled; nothing was changed.' });
  }
}

/** Asks for one of several answers. Only at a terminal. */
export async function choose<T extends string>(
  message: string,
  options: { value: T; label: string; hint?: string }[],
  initial: T,
): Promise<T> {
  const { select, isCancel } = await import('@clack/prompts');
  const answer = await select<string>({ message, options, initialValue: initial });
  if (isCancel(answer)) throw new Cancelled();
  return answer as T;
}

/** Asks yes or no. Only at a terminal. */
export async function agree(message: string, initial = true): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message, initialValue: initial });
  if (isCancel(answer)) throw new Cancelled();
  return answer;
}
