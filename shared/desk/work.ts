import * as v from 'valibot'
import { TURNS } from '../catalogue.ts'
import type { ClientId, DecisionId, DocumentId, ItemId, LocationId, LpnId, TaskId, WorkerId } from '../ids.ts'
import { STATUSES } from '../ledger/stock.ts'
import { quantity, text, uuid } from '../sync/fields.ts'

const nullable = v.nullable(v.string())
const id = uuid<DecisionId>()
/** Of the document or the task, as it was shown. */
const expectedVersion = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const reason = v.pipe(text(200), v.trim(), v.nonEmpty())
const ofDocument = { id, document: uuid<DocumentId>(), expectedVersion }
/** `sure`: although the handheld that has it was not heard of, or has unsent steps. */
const ofTask = { id, task: uuid<TaskId>(), expectedVersion, sure: v.optional(v.boolean(), false) }

export const MAX_PRIORITY = 9

/** POST /api/desk/work: what a supervisor decides of an order, a delivery or somebody's work. The same `id` again is the same decision. */
export const workActSchema = v.variant('act', [
  v.object({ act: v.literal('hold'), ...ofDocument, reason }),
  v.object({ act: v.literal('release'), ...ofDocument }),
  v.object({
    act: v.literal('priority'),
    ...ofDocument,
    priority: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_PRIORITY)),
  }),
  v.object({ act: v.literal('turn'), ...ofDocument, turn: v.nullable(v.picklist(TURNS)) }),
  v.object({ act: v.literal('cancel'), ...ofDocument, reason }),
  v.object({ act: v.literal('close'), ...ofDocument }),
  v.object({ act: v.literal('reopen'), ...ofDocument, reason }),
  v.object({ act: v.literal('taskTurn'), ...ofTask, turn: v.nullable(v.picklist(TURNS)) }),
  v.object({ act: v.literal('assign'), ...ofTask, worker: uuid<WorkerId>() }),
  v.object({ act: v.literal('free'), ...ofTask }),
  /** Goods of one stock row are to be brought somewhere: free ones only. */
  v.object({
    act: v.literal('bring'),
    id,
    client: uuid<ClientId>(),
    item: uuid<ItemId>(),
    lot: text(60),
    serial: text(60),
    from: v.object({ location: uuid<LocationId>(), lpn: uuid<LpnId>(), status: v.picklist(STATUSES) }),
    to: uuid<LocationId>(),
    qty: quantity,
  }),
])
export type WorkAct = v.InferOutput<typeof workActSchema>
export const workDoneSchema = v.object({
  outcome: v.picklist(['done', 'refused']),
  code: v.optional(v.string()),
})
export type WorkDone = v.InferOutput<typeof workDoneSchema>

/** A task that is not over, as the board and the page of its document show it. */
export const boardRowSchema = v.object({
  id: v.string(),
  kind: v.string(),
  state: v.string(),
  version: v.number(),
  client: v.string(),
  document: nullable,
  /** Of its document. */
  number: nullable,
  /** Where a count is, where goods are fetched. */
  place: nullable,
  zone: nullable,
  worker: nullable,
  /** Number of the handheld that has it. */
  device: v.nullable(v.number()),
  since: nullable,
  lines: v.number(),
  linesDone: v.number(),
  due: nullable,
  turn: v.nullable(v.picklist(TURNS)),
  held: v.boolean(),
  /** Of that handheld: when something was scanned with it last, when it was heard of, what waits on it. */
  scannedAt: nullable,
  seenAt: nullable,
  pending: v.number(),
})
export type BoardRow = v.InferOutput<typeof boardRowSchema>

/** GET /api/desk/board: work that is not over, what people have in hand first. */
export const BOARD_PARTS = ['all', 'taken', 'free'] as const
export const boardQuery = v.object({
  part: v.optional(v.picklist(BOARD_PARTS), 'all'),
  q: v.optional(text(80), ''),
  after: v.optional(text(400), ''),
  limit: v.optional(text(4), '100'),
})
export const boardAnswerSchema = v.object({ rows: v.array(boardRowSchema), next: nullable, asOf: v.string() })
export type BoardAnswer = v.InferOutput<typeof boardAnswerSchema>
