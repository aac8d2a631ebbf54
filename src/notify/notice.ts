/** Something a person should hear about while they look away. */
export interface Notice {
  /** Identity of the happening: the same id is never sent twice. */
  id: string;
  kind: 'error' | 'info';
  title: string;
  text: string;
  project: string;
  branch?: string;
  session?: string;
  host: string;
  /** What to type to look closer. */
  command?: string;
  /** Notices of one group within the configured window become one message with a count. */
  group: string;
  /** When it happened, milliseconds since 1970. */
  time: number;
}
