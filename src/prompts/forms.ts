export type FormKind = 'resume' | 'load' | 'partition' | 'template' | 'summarize' | 'save' | 'handoff';

/** A sentence that is understood at the start of a line of a prompt. */
export interface PromptForm {
  kind: FormKind;
  /** How it begins, in lower case: only letters, single blanks and the colon, so that a shell can look for it. */
  begins: readonly string[];
  /** As a person types it. */
  example: string;
}

/** One line a form. `hooks/bell.sh` looks for these beginnings; a test compares the two. */
export const PROMPT_FORMS: readonly PromptForm[] = [
  { kind: 'resume', begins: ['resume from checkpoint:'], example: 'Resume from checkpoint: NAME' },
  { kind: 'load', begins: ['load context:'], example: 'Load context: FILE' },
  { kind: 'partition', begins: ['working on partition:'], example: 'Working on partition: NAME' },
  {
    kind: 'template',
    begins: ['start session from template:'],
    example: 'Start session from template: NAME',
  },
  {
    kind: 'summarize',
    begins: ['summarize the last ', 'summarise the last '],
    example: 'Summarize the last 2 hours of work',
  },
  { kind: 'save', begins: ['save checkpoint:'], example: 'Save checkpoint: NAME' },
  { kind: 'handoff', begins: ['handoff to '], example: 'Handoff to AGENT: WHAT TO DO' },
];

/**
 * Where in an event (JSON on one line) a line of the prompt may begin with a form: behind a quotation mark or an escape
 * for a line end or a blank. As an extended regular expression that `sed -E` and JavaScript read alike, for text in
 * lower case.
 */
export const FORM_PATTERN = `("|\\\\([nrt]|u00..)) *(${PROMPT_FORMS.flatMap(({ begins }) => begins).join('|')})`;

/** Whether an event may hold a form. Never wrongly no; the parser decides. Time grows with the event's size alone. */
export function mayHoldForm(event: Buffer): boolean {
  // Bytes, not characters: an event need not be UTF-8.
  return new RegExp(FORM_PATTERN, 'i').test(event.toString('latin1'));
}
