/** A second tote for an order that does not go into one. */
export const totesOf = (n: number): readonly string[] => [`TOTE-${n}`, `TOTE-${n}-B`]
export const numberOf = (n: number): string => `SO-${String(n).padStart(4, '0')}`
export const orderIn = (number: string): number => Number(number.slice(3))
