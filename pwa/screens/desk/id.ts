import { timeId } from '../../../shared/ids.ts'

/** A fresh id for a decision: sent again it gets the same answer. */
export const v7 = (): string => timeId<'decision'>(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
