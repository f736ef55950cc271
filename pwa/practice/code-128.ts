/** Widths of bars and spaces of each symbol character of Code 128 (ISO/IEC 15417), values 0 to 106 in a row of six; the stop has seven. */
const WIDTHS =
  '212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211' +
  '221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113' +
  '132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121' +
  '312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211' +
  '221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141' +
  '114113114311411113411311113141114131311141411131211412211214211232'
const STOP = '2331112'
const START_B = 104
const CHARACTER = 6
/** Blank modules at each end; without them scanners find no code. */
const QUIET = 10

const widthsOf = (value: number): string => WIDTHS.slice(value * CHARACTER, (value + 1) * CHARACTER)

/** Widths of bars and spaces in turn, the first a bar, for printable ASCII in subset B. Throws for other text. */
export const code128 = (text: string): readonly number[] => {
  const values = [...text].map(character => {
    const value = (character.codePointAt(0) ?? 0) - 32
    if (value < 0 || value > 94) throw new RangeError(`not in Code 128 B: ${text}`)
    return value
  })
  const check = values.reduce((sum, value, i) => sum + value * (i + 1), START_B) % 103
  return [...[START_B, ...values, check].map(widthsOf).join(''), ...STOP].map(Number)
}

export type Bars = { width: number; path: string }

/** One path of upright bars, one unit high, in a box of `width` modules with its quiet zones. */
export const barsOf = (text: string): Bars => {
  let at = QUIET
  let path = ''
  for (const [i, width] of code128(text).entries()) {
    if (i % 2 === 0) path += `M${at} 0h${width}v1h-${width}z`
    at += width
  }
  return { width: at + QUIET, path }
}
