import * as v from 'valibot'
import { text } from '../sync/fields.ts'

/** Words that stand on labels, in the language of who reads them. They come with each request: the server speaks no language. */
export const CAPTIONS = [
  'lot',
  'expiry',
  'quantity',
  'pallet',
  'tote',
  'carton',
  'cart',
  'task',
  'setUp',
  'validUntil',
  'order',
  'item',
  'page',
  'total',
] as const
export type Captions = Record<(typeof CAPTIONS)[number], string>

const word = v.pipe(text(24), v.nonEmpty())
export const captionsSchema: v.GenericSchema<unknown, Captions> = v.object(
  Object.fromEntries(CAPTIONS.map(name => [name, word])) as Record<(typeof CAPTIONS)[number], typeof word>,
)
