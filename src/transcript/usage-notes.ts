import type { TranscriptPlace, UsageEvent } from './events.ts';
import { type Fields, numberOf, objectOf } from './record.ts';

interface Happened {
  at: number | undefined;
  place: TranscriptPlace;
  agent: string | undefined;
}

/** What the messages of one file cost. Each record of a message repeats its usage; the last one counts. */
export class UsageNotes {
  private open: UsageEvent | undefined;

  /** @param told what a reading that this one goes on from told of its last message. */
  constructor(
    private readonly emit: (event: UsageEvent) => void,
    private told: UsageEvent | undefined,
  ) {}

  note(record: Fields, message: Fields, id: string | undefined, happened: Happened): void {
    const usage = objectOf(message.usage);
    // What the client says itself, in the model's place, is no message of the API.
    if (usage === undefined || message.model === '<synthetic>') return;
    if (this.open !== undefined && (id === undefined || this.open.message !== id)) this.flush();
    const told = id !== undefined && this.told?.message === id ? this.told : undefined;
    this.open = {
      kind: 'usage',
      message: id,
      model: typeof message.model === 'string' ? message.model : undefined,
      input: numberOf(usage.input_tokens) ?? 0,
      output: numberOf(usage.output_tokens) ?? 0,
      cacheRead: numberOf(usage.cache_read_input_tokens) ?? 0,
      cacheWrite: numberOf(usage.cache_creation_input_tokens) ?? 0,
      costUsd: numberOf(record.costUSD),
      instead: told,
      at: happened.at,
      place: happened.place,
      agent: happened.agent,
    };
  }

  /** @returns what was told of the last message. */
  end(): UsageEvent | undefined {
    this.flush();
    return this.told === undefined ? undefined : { ...this.told, instead: undefined };
  }

  private flush(): void {
    if (this.open === undefined) return;
    this.emit(this.open);
    this.told = this.open;
    this.open = undefined;
  }
}
