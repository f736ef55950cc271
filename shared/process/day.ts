/** A day as people type it: 2027-03-31, 270331 or 31.03.2027; null when it is no day of the calendar. */
export const parseDay = (text: string): string | null => {
  const t = text.trim()
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(t)
  const short = /^(\d{2})(\d{2})(\d{2})$/.exec(t)
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(t)
  const parts = iso
    ? [iso[1], iso[2], iso[3]]
    : short
      ? [`20${short[1]}`, short[2], short[3]]
      : dotted
        ? [dotted[3], dotted[2], dotted[1]]
        : null
  if (parts === null) return null
  const [y, m, d] = parts.map(Number)
  if (y === undefined || m === undefined || d === undefined || m < 1 || m > 12 || d < 1 || d > daysIn(y, m)) return null
  return `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`
}

const daysIn = (y: number, m: number): number => {
  if (m === 2) return (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(m) ? 30 : 31
}
