import type { Draft } from '../sync/command.ts'
import type { MessageKey, Values } from './message.ts'
import type { Confirm, Message, Next, ProcessState, Verdict } from './process.ts'

export const message = (key: MessageKey, values: Values = {}): Message => ({ key, values })

/** An answer that leaves the worker where they were: nothing is booked, the place is kept. */
export const stay = <S extends ProcessState>(
  state: S,
  verdict: Verdict,
  key: MessageKey,
  values: Values = {},
): Next<S> => ({
  state,
  verdict,
  message: message(key, values),
  commands: [],
  finished: false,
})

/** An answer that goes on; any open question is dropped by it. */
export const go = <S extends ProcessState>(
  state: S,
  verdict: Verdict,
  key: MessageKey,
  values: Values = {},
  commands: readonly Draft[] = [],
): Next<S> => ({
  state: { ...state, confirm: null },
  verdict,
  message: message(key, values),
  commands,
  finished: false,
})

const REJECTIONS: ReadonlySet<Verdict> = new Set(['wrong', 'unknown', 'dup'])

/** A rejection changes nothing: however far a step has come, the state is the one from before, an open question included. */
export const kept = <S extends ProcessState>(before: S, next: Next<S>): Next<S> =>
  REJECTIONS.has(next.verdict) && next.commands.length === 0 ? { ...next, state: before } : next

/** Earlier than this the same code is the same look of the camera, not a yes. */
const CONFIRM_AFTER_MS = 800

/**
 * True when `code` says yes to this very question, now or before another one was raised; a question raised a moment ago is
 * shown again first. One yes answers one question.
 */
export const confirmed = ({ confirm }: ProcessState, code: string, nowMs: number, key: MessageKey): boolean =>
  confirm !== null &&
  confirm.code === code &&
  (confirm.agreed?.includes(key) === true || (confirm.question.key === key && isOldEnough(confirm, nowMs)))

const isOldEnough = ({ askedAt }: Confirm, nowMs: number): boolean => nowMs - askedAt >= CONFIRM_AFTER_MS

/** Raises a question. Asked again with the same code it keeps its age; another code or another question starts it anew. */
export const ask = <S extends ProcessState>(
  state: S,
  code: string,
  nowMs: number,
  key: MessageKey,
  values: Values = {},
): Next<S> => {
  const question = message(key, values)
  // The monotonic clock begins at zero after a reload: a question from before it would never grow old enough.
  const open = state.confirm?.code === code && state.confirm.askedAt <= nowMs ? state.confirm : null
  const isSame = open?.question.key === key
  const answered = open !== null && !isSame && isOldEnough(open, nowMs) ? [open.question.key] : []
  const agreed = [...(open?.agreed ?? []), ...answered]
  const askedAt = isSame ? open.askedAt : nowMs
  return {
    state: { ...state, confirm: { code, question, askedAt, ...(agreed.length === 0 ? {} : { agreed }) } },
    verdict: 'ask',
    message: question,
    commands: [],
    finished: false,
  }
}

/** NO to an open question; where none is open the key does nothing. */
export const sayNo = <S extends ProcessState>(state: S, prompt: Message): Next<S> =>
  state.confirm === null ? stay(state, 'wrong', 'no.key') : go(state, 'ok', prompt.key, prompt.values)
