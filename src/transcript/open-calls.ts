import type { ToolCallEvent } from './events.ts';
import { Recent } from './recent.ts';

export type OpenCall = Omit<ToolCallEvent, 'kind' | 'result'>;

/** Most calls that wait at once, and bytes of their records: more is a transcript that lost its results. */
const MOST = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** A result that stands twice is told once where it comes again within so many. */
const ANSWERED = 32;

/** The tool calls of one file that wait for their result. */
export class OpenCalls {
  private readonly waiting = new Map<string, OpenCall>();
  private readonly answered = new Recent(ANSWERED);
  private bytes = 0;

  /** @param letGo called with a call that is no longer waited for, because too many others came. */
  constructor(
    private readonly letGo: (call: OpenCall) => void,
    known: readonly ToolCallEvent[],
  ) {
    for (const { kind: _kind, result: _result, ...call } of known) this.add({ ...call, retold: true });
  }

  add(call: OpenCall): void {
    this.remove(call.id);
    this.waiting.set(call.id, call);
    this.bytes += call.place.length;
    for (const oldest of this.waiting.values()) {
      if (oldest === call || (this.waiting.size <= MOST && this.bytes <= MOST_BYTES)) return;
      this.remove(oldest.id);
      this.letGo(oldest);
    }
  }

  get(id: string): OpenCall | undefined {
    return this.waiting.get(id);
  }

  /** The call that a result belongs to; undefined where it is not known, 'again' where it was answered shortly before. */
  answer(id: string): OpenCall | 'again' | undefined {
    const call = this.waiting.get(id);
    // An id read from a line is a part of that line, which must not be kept.
    const again = this.answered.add(call?.id ?? Buffer.from(id).toString(), id.length);
    if (call === undefined) return again ? 'again' : undefined;
    this.remove(id);
    return call;
  }

  left(): OpenCall[] {
    return [...this.waiting.values()];
  }

  private remove(id: string): void {
    const call = this.waiting.get(id);
    if (call === undefined) return;
    this.waiting.delete(id);
    this.bytes -= call.place.length;
  }
}
