import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { callingSession } from '../checkpoint/shared.ts';
import { sessionPlace } from '../session/shared.ts';

/**
 * The conversation a command is about: that which is named, or the last one of the session that is; else the one that is open
 * here. Undefined where none is.
 */
export async function meantConversation(cli: Cli, named: string | undefined): Promise<string | undefined> {
  const { meantSession } = await import('../../../flows/open-sessions.ts');
  if (named === undefined) return meantSession(cli.state, cli.repository.root, callingSession(cli));
  const { findConversation, knownConversations } = await import('../../../flows/sessions/conversation.ts');
  const { id, remark } = await findConversation(sessionPlace(cli), named, knownConversations(cli.state));
  if (remark !== undefined) cli.say(`claude-hooks: ${visible(remark)}`);
  return id;
}
