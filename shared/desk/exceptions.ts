import * as v from 'valibot'
import { EXCEPTIONS } from '../exception.ts'
import type { ExceptionKind } from '../exception.ts'

export const KINDS = Object.keys(EXCEPTIONS).filter((kind): kind is ExceptionKind => kind in EXCEPTIONS)

const settlement = v.object({ choice: v.string(), words: v.string(), worker: v.string(), at: v.string() })
export const exceptionsAnswerSchema = v.object({
  exceptions: v.array(
    v.object({
      id: v.string(),
      kind: v.picklist(KINDS),
      /** What it is about; one row is open for a kind and subject. */
      subject: v.string(),
      state: v.string(),
      /** How often it has happened; decisions name it. */
      version: v.number(),
      body: v.record(v.string(), v.unknown()),
      openedAt: v.string(),
      closedAt: v.nullable(v.string()),
      workers: v.array(v.string()),
      /** The proposed one first; empty = it ends with the variance it belongs to. */
      choices: v.array(v.string()),
      settled: v.nullable(settlement),
    }),
  ),
  next: v.nullable(v.string()),
})
export type ExceptionsAnswer = v.InferOutput<typeof exceptionsAnswerSchema>
