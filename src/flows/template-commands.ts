import { isAllowedCommand } from '../config/trust.ts';
import { worktreeName } from '../store/paths.ts';
import { openConversations, templateOf, waitingRun } from '../store/template-progress.ts';
import { placeholdersIn } from '../templates/placeholders.ts';
import { readTemplates, type TemplatePlace } from './templates.ts';

/** A command by which a step of a template is verified. */
export interface TemplateCommand {
  template: string;
  command: string;
  /** Whether the person lets it run in this repository. */
  allowed: boolean;
}

/** Commands of the project's templates and of those at work here; what holds a placeholder never runs. Each text once. */
export async function templateCommands(place: TemplatePlace): Promise<TemplateCommand[]> {
  const { templates } = await readTemplates(place);
  const project = templates.filter(({ origin, shadowed }) => origin === 'project' && !shadowed);
  const runs = [
    ...openConversations(place.state).map((session) => templateOf(place.state, session)),
    waitingRun(place.state, worktreeName(place.repository)),
  ].filter((run) => run !== undefined);
  const found = new Map<string, string>();
  for (const { slug, phases } of [
    ...project.map(({ slug, parsed }) => ({ slug, phases: parsed.template.phases })),
    ...runs,
  ]) {
    for (const { verify } of phases.flatMap(({ steps }) => steps)) {
      if (verify !== undefined && placeholdersIn(verify).length === 0 && !found.has(verify))
        found.set(verify, slug);
    }
  }
  return [...found].map(([command, template]) => ({
    template,
    command,
    allowed: isAllowedCommand(place, command),
  }));
}
