const TOTES = 8

/** One after the other, for an order that does not go into one tote. */
export const totesOf = (n: number): readonly string[] => Array.from({ length: TOTES }, (_, i) => `TOTE-${n}-${i + 1}`)
export const numberOf = (n: number): string => `SO-${String(n).padStart(4, '0')}`
export const orderIn = (number: string): number => Number(number.slice(3))
