import * as path from 'node:path';
import { HooksError } from '../../../errors.ts';
import { type ApplyResult, applyReplay } from '../../../flows/replay/apply.ts';
import { visible } from '../../../platform/terminal.ts';
import { counted } from '../../../platform/words.ts';
import type { Cli } from '../../cli.ts';
import { openPlace, withProgress } from '../checkpoint/shared.ts';
import type { ReplayOptions } from '../replay.ts';
import { deviationLine, deviationRow, momentOf, replayTarget } from './shared.ts';

/** Makes the files of a session again and says where that differs from the record. */
export async function applyCommand(cli: Cli, session: string, options: ReplayOptions): Promise<void> {
  if (options.apply !== true || options.into === undefined) {
    throw new HooksError({
      code: 'usage',
      kind: 'usage',
      message: options.apply === true ? '--apply needs a folder.' : '--into and --to belong to --apply.',
      hint: `Write: claude-hooks replay ${visible(session)} --apply --into ../rebuilt`,
    });
  }
  const to = momentOf('--to', options.to);
  const into = path.resolve(cli.cwd, options.into);
  const place = await openPlace(cli);
  const target = await replayTarget(cli, place, session);
  const result = await withProgress(cli, 'Making the files again …', () =>
    applyReplay(place, target, { into, ...(to === undefined ? {} : { to }) }),
  );
  if (options.json === true) return cli.json(documentOf(target.session, result));
  print(cli, result);
}

function documentOf(session: string, result: ApplyResult): Record<string, unknown> {
  const { plan, into, applied, files, deviations } = result;
  const { kind, description, commit } = plan.start;
  return {
    session,
    into,
    start: { kind, description, commit: commit ?? null },
    applied,
    files,
    differences: deviations.map(deviationRow),
    remarks: plan.remarks,
  };
}

function print(cli: Cli, { plan, into, applied, files, deviations }: ApplyResult): void {
  cli.print(`Begun with ${visible(plan.start.description)}.`);
  cli.print(`${counted(applied, 'edit')} applied to ${counted(files, 'file')} in ${visible(into)}`);
  if (deviations.length === 0) cli.print('The result is what the record says.');
  else cli.print(`${counted(deviations.length, 'difference')} between the record and the result:`);
  for (const one of deviations) cli.print(`  ${deviationLine(one)}`);
  for (const remark of plan.remarks) cli.say(`claude-hooks: ${visible(remark)}`);
  if (plan.start.commit !== undefined)
    cli.say(`It is a linked working tree; remove it with: git worktree remove --force '${visible(into)}'`);
}
