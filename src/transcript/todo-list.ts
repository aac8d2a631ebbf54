import type { TranscriptPlace, TranscriptTodo } from './events.ts';
import { type Fields, objectOf, textOf, wordsOf } from './record.ts';

/** Most tasks that are kept; the oldest are let go. */
const MOST = 1_000;

/** The todos or tasks of one agent, as its tool calls change them. */
export class TodoList {
  private readonly tasks: Map<string, TranscriptTodo>;

  /** @param known what the list held before. */
  constructor(known: readonly TranscriptTodo[] = []) {
    this.tasks = new Map(known.flatMap((todo) => (todo.id === undefined ? [] : [[todo.id, todo]])));
  }

  /** What a call that went well makes of the list; undefined where it does not change it. */
  after(
    tool: string,
    input: Fields,
    detail: Fields | undefined,
    { at, place }: { at: number | undefined; place: TranscriptPlace },
  ): TranscriptTodo[] | undefined {
    if (tool === 'TodoWrite' && Array.isArray(input.todos)) {
      return input.todos.map(objectOf).flatMap((todo) => {
        const text = wordsOf(todo?.content);
        return text === undefined ? [] : [{ text, status: wordsOf(todo?.status) ?? 'pending', at, place }];
      });
    }
    if (tool === 'TaskCreate') {
      const text = wordsOf(input.subject);
      if (text === undefined) return undefined;
      const id = textOf(objectOf(detail?.task)?.id) ?? this.nextNumber();
      this.tasks.set(id, { id, text, status: 'pending', at, place });
      if (this.tasks.size > MOST) this.tasks.delete(this.tasks.keys().next().value ?? '');
      return this.numbered();
    }
    const id = tool === 'TaskUpdate' ? wordsOf(input.taskId) : undefined;
    if (id === undefined) return undefined;
    // A task from before the reading began is known by its number alone.
    const task = this.tasks.get(id);
    const status = wordsOf(input.status) ?? task?.status ?? 'pending';
    const text = wordsOf(input.subject) ?? task?.text ?? `Task #${id}`;
    if (status === 'deleted' || (task === undefined && status === 'completed')) this.tasks.delete(id);
    else {
      // Its words stand where they were given; a change of the status does not repeat them.
      const said = task === undefined || wordsOf(input.subject) !== undefined ? place : task.place;
      this.tasks.set(id, { id, text, status, at, place: said });
    }
    return this.numbered();
  }

  private nextNumber(): string {
    return String(1 + Math.max(0, ...[...this.tasks.keys()].map(Number).filter(Number.isInteger)));
  }

  /** The tasks that have a number. */
  numbered(): TranscriptTodo[] {
    return [...this.tasks.values()];
  }
}
