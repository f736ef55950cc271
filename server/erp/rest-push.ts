import * as v from 'valibot'
import type { PushedPage } from './connector.ts'
import { INBOUND_KINDS, readRecords } from './inbound.ts'
import type { InboundKind } from './inbound.ts'
import { restRecord, restRemote } from './rest-records.ts'

export const MAX_PUSHED = 200

const pushed = v.object({
  kind: v.picklist(INBOUND_KINDS),
  records: v.pipe(
    v.array(v.looseObject({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(120)) })),
    v.minLength(1),
    v.maxLength(MAX_PUSHED),
  ),
})

/** Records that were brought, read like those of a page that was asked for; null = the body is not as it must be. */
export const restPushed = (raw: Uint8Array): PushedPage | null => {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), pushed), new TextDecoder().decode(raw))
  if (!read.success) return null
  const { kind, records } = read.output
  const pageOf = <K extends InboundKind>(of: K) => ({
    kind: of,
    ...readRecords(
      of,
      records.map(record => ({ id: restRemote(of, record.id), record: restRecord(of, record) })),
    ),
  })
  return pageOf(kind) as PushedPage
}
