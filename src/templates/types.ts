/** A value a template is filled in with. */
export interface TemplateVariable {
  /** Upper and lower case, blanks, `-` and `_` are the same; see `sameName`. */
  name: string;
  description?: string;
  default?: string;
  required: boolean;
}

export interface TemplateStep {
  text: string;
  /** A shell command that passes when the step is done. Never filled in: it is what the person consents to. */
  verify?: string;
  /** Lines below the checkbox. */
  notes: string[];
}

export interface TemplatePhase {
  title: string;
  /** Lines between the heading and the first checkbox. */
  notes: string[];
  steps: TemplateStep[];
}

/** A plan to work by: phases with steps. Every text of it is data of whoever wrote the file. */
export interface Template {
  title: string;
  description?: string;
  variables: TemplateVariable[];
  /** The partition of the configuration it is about. */
  partition?: string;
  /** The preset it was written for. */
  preset?: string;
  /** Lines before the first phase. */
  intro: string[];
  phases: TemplatePhase[];
}

/** Something that is wrong with a template. An error means that it does not say what was meant. */
export interface TemplateProblem {
  level: 'error' | 'warning';
  /** Short, stable identity: `placeholder-undeclared`. */
  code: string;
  message: string;
  /** 1-based. */
  line: number;
}

/** Where things stand in the text, for messages; 1-based lines. */
export interface TemplateLines {
  phases: number[];
  /** One list a phase. */
  steps: number[][];
  variables: Map<string, number>;
  /** Of the front matter's keys. */
  keys: Map<string, number>;
}

export interface ParsedTemplate {
  template: Template;
  problems: TemplateProblem[];
  lines: TemplateLines;
}
