/** Command barcodes (handheld: command barcodes and keys). The pattern is reserved: no item, place or label may match it. */
const PLAIN = [
  'DNE',
  'YES',
  'NAY',
  'UND',
  'BAK',
  'HME',
  'MNU',
  'PRB',
  'KEY',
  'LKP',
  'NXT',
  'SKP',
  'SHT',
  'MPT',
  'NTF',
  'DMG',
  'WLT',
  'FUL',
  'ALT',
  'PAR',
  'SPL',
  'REJ',
  'NDC',
  'ASK',
  'CNL',
  'NBX',
  'LSE',
  'UNP',
  'CLS',
  'MSS',
  'XTR',
  'SHS',
  'SHP',
  'MLT',
  'ALL',
  'STA',
  'SCR',
  'PRT',
  'UNM',
  'PHT',
  'RPT',
  'SYN',
  'HLP',
  'LGT',
  'RCV',
  'RET',
  'PUT',
  'PCK',
  'PAK',
  'CNT',
  'MVE',
  'RPL',
  'PBK',
  'SUP',
  'HIS',
] as const
const two = (n: number): string => String(n).padStart(2, '0')

export const COMMAND_CODES: ReadonlySet<string> = new Set([
  ...PLAIN.map(code => `XC${code}`),
  ...Array.from({ length: 99 }, (_, i) => `XCQ${two(i + 1)}`),
  ...Array.from({ length: 9 }, (_, i) => `XCR${two(i + 1)}`),
])

export const isReserved = (text: string): boolean => /^XC[A-HJ-NP-Z0-9]{3}$/.test(text)

/** XCQ01 to XCQ99 set a quantity. */
export const quantityOf = (code: string): number | null => {
  const match = /^XCQ(\d\d)$/.exec(code)
  return match?.[1] === undefined ? null : Number(match[1])
}
/** XCR01 to XCR09 choose the n-th tile. */
export const choiceOf = (code: string): number | null => {
  const match = /^XCR0(\d)$/.exec(code)
  return match?.[1] === undefined ? null : Number(match[1])
}
