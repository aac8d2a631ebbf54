import type { TranscriptPlace, TranscriptTodo } from './events.ts';
import { type Fields, objectOf, textOf, wordsOf } from './record.ts';

/** The todos or tasks of one agent, as its tool calls change them. */
export class TodoList {
  private readonly tasks = new Map<string, TranscriptTodo>();

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
      const id = textOf(objectOf(detail?.task)?.id) ?? String(this.tasks.size + 1);
      this.tasks.set(id, { text, status: 'pending', at, place });
      return [...this.tasks.values()];
    }
    const task = tool === 'TaskUpdate' ? this.tasks.get(textOf(input.taskId) ?? '') : undefined;
    if (task === undefined) return undefined;
    const status = wordsOf(input.status) ?? task.status;
    const id = textOf(input.taskId) ?? '';
    if (status === 'deleted') this.tasks.delete(id);
    else this.tasks.set(id, { text: wordsOf(input.subject) ?? task.text, status, at, place });
    return [...this.tasks.values()];
  }
}
