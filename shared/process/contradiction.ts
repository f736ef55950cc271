import type { ExceptionKind } from '../exception.ts'
import { derivedId } from '../ids.ts'
import type { ExceptionDraft } from '../ledger/effects.ts'
import type { CommandKey } from '../sync/command.ts'

/**
 * A fact that contradicts the books. It is named after the command and its kind, so that both sides name it alike; `subject`
 * names the cause, and at most one exception of a kind is open per subject.
 */
export const contradiction = (
  key: CommandKey,
  kind: ExceptionKind,
  subject: string,
  body: Record<string, unknown>,
): ExceptionDraft => ({ id: derivedId('exception', key.device, key.epoch, key.seq, kind), kind, subject, body })
