/**
 * The library behind the command line: everything here is public, typed and documented where it is defined.
 * Flows need a workplace: `openWorkplace({ cwd, env: process.env, runtime, now: systemClock })`.
 */

export { listCheckpoints } from './checkpoints/list.ts';
export type { RestorePlan, RestoreResult } from './checkpoints/restore/types.ts';
export { type SaveInput, saveCheckpoint } from './checkpoints/save.ts';
export type { Checkpoint, CheckpointSummary, Narrative, SaveResult } from './checkpoints/types.ts';
export type { Config, ConfigInput, ContextSource, Moment, Step } from './config/config.ts';
export { parseDuration } from './config/duration.ts';
export type { ConfigProblem, ResolvedConfig } from './config/types.ts';
export { type ErrorDetails, type ErrorKind, EXIT_CODES, HooksError } from './errors.ts';
export { type PartitionUse, usePartition } from './flows/partition.ts';
export { type RestoreRequest, restoreCheckpoint } from './flows/restore.ts';
export { buildSessionContext } from './flows/session-context.ts';
export { listSnapshots, loadSnapshot, type SnapshotPlace, saveSnapshot } from './flows/snapshot.ts';
export { diffSnapshots } from './flows/snapshot-diff.ts';
export { resumeSnapshot, type SnapshotResume } from './flows/snapshot-resume.ts';
export { readStatus, type Status } from './flows/status.ts';
export { openWorkplace, type Workplace } from './flows/workplace.ts';
export { type Resolution, resolvePartitions } from './partitions/resolve.ts';
export type { Partition, RefusedGlob } from './partitions/types.ts';
export { type Clock, systemClock } from './platform/clock.ts';
export { redactText, redactValue } from './redact/redact.ts';
export { type ConversationView, foldConversation } from './sessions/conversation.ts';
export { parseEvent, type SessionEvent } from './sessions/event.ts';
export {
  type LifecycleEvent,
  type LifecycleFacts,
  move,
  movesFrom,
  type Outcome,
  type SessionAction,
  type SessionMove,
  type SessionState,
  transition,
} from './sessions/lifecycle.ts';
export {
  foldSession,
  type Session,
  type SessionConversation,
  type SessionRecord,
  type Transition,
} from './sessions/session.ts';
export type { SnapshotDifference } from './snapshots/diff.ts';
export type {
  SkippedSnapshot,
  Snapshot,
  SnapshotConversation,
  SnapshotFile,
  SnapshotFileStatus,
  SnapshotList,
  SnapshotRequest,
  SnapshotTodo,
} from './snapshots/types.ts';
export { type OpenTranscript, openTranscript } from './store/open-transcript.ts';
export {
  locateRepository,
  type Repository,
  type StatePaths,
  statePaths,
  stateRoot,
  type UserPaths,
  userPaths,
} from './store/paths.ts';
export type * from './transcript/events.ts';
export { citePlace } from './transcript/events.ts';
export {
  type Cited,
  type CommandRun,
  type FactsOptions,
  type Failure,
  readFacts,
  type SessionFacts,
  type Source,
} from './transcript/facts.ts';
export { type ReadOptions, readTranscript } from './transcript/read.ts';
export { renderSummary } from './transcript/summary.ts';
export { VERSION } from './version.ts';
