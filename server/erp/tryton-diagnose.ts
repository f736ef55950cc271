import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { refusalIn } from './tryton-answer.ts'
import { missingRights } from './tryton-check.ts'
import type { Work } from './tryton-document.ts'
import { dateValue, rowsOf, text, toDate } from './tryton-value.ts'

/**
 * Tryton says "UserError" to a missing right, a closed period and a wrong lot alike, in the user's language. What a person has
 * to do differs, so the cause is looked for where it can be read: rights first, then the closed periods.
 */
export const diagnosed = async <T>(work: Work, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ErpError) || refusalIn(error)?.kind !== 'UserError') throw error
    throw (await causeOf(work, error).catch(() => null)) ?? error
  }
}

const periodRow = v.object({ date: dateValue, rec_name: text })

const causeOf = async (work: Work, error: ErpError): Promise<ErpError | null> => {
  const [right] = await missingRights(work.rpc, work.site, work.signal)
  if (right !== undefined)
    return new ErpError('config', right.words, { exchange: error.exchange, gap: { kind: 'right', key: right.subject } })
  const day = work.effective ?? work.today
  const [period] = await work.rpc.read(
    'model.stock.period.search_read',
    [
      [
        ['state', '=', 'closed'],
        ['company', '=', work.site.company],
        ['date', '>=', toDate(day)],
      ],
      0,
      1,
      [['date', 'DESC']],
      ['date', 'rec_name'],
    ],
    rowsOf(periodRow),
    work.signal,
  )
  if (period === undefined) return null
  const words = `The stock period until ${period.date} is closed in Tryton, and this happened on ${day}. Open the period there, or skip this message and book it there.`
  return new ErpError('rejected', words, { exchange: error.exchange })
}
