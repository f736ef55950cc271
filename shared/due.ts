import { dayOf } from './time.ts'

/** When a document is due: a day, or an instant. Midnight means the whole day. */
export const isWholeDay = (due: string): boolean => due.length === 10 || due.includes('T00:00:00')
/** The day of the place on which it is due. */
export const dueDay = (due: string, zone: string): string => (isWholeDay(due) ? due.slice(0, 10) : dayOf(due, zone))
