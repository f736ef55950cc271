import type { Draft } from '../sync/command.ts'
import type { Message, Next, ProcessState, Verdict } from './process.ts'
import type { MessageKey, Values } from './message.ts'

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

/** Earlier than this the same code is the same look of the camera, not a yes. */
const CONFIRM_AFTER_MS = 800

/** True when `code` answers the open question with yes; a question raised a moment ago is shown again first. */
export const confirmed = (state: ProcessState, code: string, nowMs: number): boolean =>
  state.confirm !== null && state.confirm.code === code && nowMs - state.confirm.askedAt >= CONFIRM_AFTER_MS

export const ask = <S extends ProcessState>(
  state: S,
  code: string,
  nowMs: number,
  key: MessageKey,
  values: Values = {},
): Next<S> => {
  const question = message(key, values)
  const askedAt = state.confirm?.code === code ? state.confirm.askedAt : nowMs
  return {
    state: { ...state, confirm: { code, question, askedAt } },
    verdict: 'ask',
    message: question,
    commands: [],
    finished: false,
  }
}
