import { codeText, fitCode, leastWidth } from './code.ts'
import type { Captions } from './captions.ts'
import type { Code, Drawing, Mark } from './drawing.ts'
import { faceOf } from './face.ts'
import type { Face } from './face.ts'
import type { Label } from './label.ts'
import { FRAMES } from './size.ts'
import type { Frame, LabelSize } from './size.ts'
import { LEADING, textMark, wholeText } from './text-mark.ts'
import { fitSize, wrapWords } from './text-width.ts'

type Area = { x: number; y: number; width: number; height: number }
const MAX_TITLE_LINES = 3
/** Air between a code and the letters under it. */
const UNDER = 0.6
const LEAST_SHRUNK = 0.75

const STRIPS = 8
/** A triangle of strips on a shaft: label printers draw rectangles only. */
const arrowMarks = (direction: 'up' | 'down', { x, y, width, height }: Area): Mark[] => {
  const strip = height / 2 / STRIPS
  const bars = Array.from({ length: STRIPS }, (_, i) => {
    const wide = (width * (i + 1)) / STRIPS
    return { x: x + (width - wide) / 2, y: i * strip, width: wide, height: strip }
  })
  bars.push({ x: x + width / 3, y: height / 2, width: width / 3, height: height / 2 })
  return bars.map(bar => ({
    is: 'bar',
    ...bar,
    y: y + (direction === 'up' ? bar.y : height - bar.y - bar.height),
  }))
}

type Line = { size: number; line: string }
/** A lot or a date is not to be lost for its width: letters shrink somewhat, then the line goes on in a second one. */
const shrunk = (line: string, width: number, most: number): Line[] => {
  const size = fitSize(line, width, most, most * LEAST_SHRUNK)
  return wrapWords(line, width, size, 2).map(part => ({ size, line: part }))
}

/** A line each where there is room under one line of title, else as many as fit side by side. */
const detailLines = (details: readonly string[], { width, height }: Area, { title, detail }: Frame): Line[] => {
  const apart = details.flatMap(line => shrunk(line, width, detail))
  if (apart.length * detail * LEADING <= height - title * LEADING) return apart
  const rows: string[] = []
  for (const line of details) {
    const longer = `${rows.at(-1) ?? ''} · ${line}`
    if (rows.length > 0 && fitSize(longer, width, detail, 0) === detail) rows[rows.length - 1] = longer
    else rows.push(line)
  }
  return rows.flatMap(row => shrunk(row, width, detail))
}

/** Title and details in an area: a name leaves the details their lines, a big title takes what they leave. */
const words = (face: Face, area: Area, frame: Frame): Mark[] => {
  const { title, detail } = frame
  const step = detail * LEADING
  const lines = detailLines(face.details, area, frame)
  const marks: Mark[] = []
  let y = area.y
  const room = area.height - Math.min(lines.length * step, area.height / 2)
  if (face.big) {
    const shown = wholeText(face.title, area, room / LEADING, true, Math.min(detail, room / LEADING))
    marks.push(...shown.marks)
    y = shown.end
  } else {
    const most = Math.max(1, Math.min(MAX_TITLE_LINES, Math.floor(room / (title * LEADING))))
    for (const line of wrapWords(face.title, area.width, title, most)) {
      marks.push(textMark(area.x, y, title, true, line))
      y += title * LEADING
    }
  }
  const most = Math.max(0, Math.floor((area.y + area.height - y + 0.01) / step))
  // What is left out shows that something is.
  const kept = most > 1 && lines.length > most ? [...lines.slice(0, most - 1), { size: detail, line: '…' }] : lines
  for (const { size, line } of kept.slice(0, most)) {
    marks.push(textMark(area.x, y, size, false, line))
    y += step
  }
  return marks
}

/** The arrow at the right of the words, if there is one. */
const withArrow = (face: Face, area: Area, frame: Frame): Mark[] => {
  if (face.arrow === null) return words(face, area, frame)
  const height = Math.min(area.height * 0.9, area.width * 0.4)
  const width = height * 0.6
  return [
    ...words(face, { ...area, width: area.width - width - 2 }, frame),
    ...arrowMarks(face.arrow, { x: area.x + area.width - width, y: area.y, width, height }),
  ]
}

/** Words above, the code over the whole width below, its letters under it. */
const withBars = (face: Face, code: Exclude<Code, { symbology: 'qr' }>, inner: Area, frame: Frame): Mark[] => {
  const human = wholeText(codeText(code), { ...inner, y: 0 }, frame.human, false)
  const barsAt = inner.y + inner.height - human.end - frame.bars - UNDER + (LEADING - 1) * frame.human
  const under = human.marks.map(mark => ({ ...mark, y: mark.y + barsAt + frame.bars + UNDER }))
  const above = { ...inner, height: barsAt - inner.y - 1 }
  return [
    ...withArrow(face, above, frame),
    { is: 'code', x: inner.x, y: barsAt, width: inner.width, height: frame.bars, code },
    ...under,
  ]
}

/** A QR code at the left (on tall labels below) and the words beside it; what is short stands in bars as well. */
const withQr = (face: Face, code: Code, inner: Area, frame: Frame): Mark[] => {
  const isTall = frame.height > frame.width
  const second = face.second !== null && face.second.symbology !== 'qr' ? face.second : null
  const human = codeText(second ?? face.code)
  const side = isTall ? inner.width * 0.7 : Math.min(inner.height, inner.width * 0.45)
  const beside: Area = isTall
    ? { ...inner, height: inner.height - side - frame.bars - frame.human * 3 }
    : { ...inner, x: inner.x + side + 1.5, width: inner.width - side - 1.5 }
  const bars = second !== null && leastWidth(second) <= beside.width ? second : null
  const under = wholeText(human, { ...beside, y: 0 }, frame.human, false)
  const barsHigh = bars === null ? 0 : frame.bars * 0.7
  const end = beside.y + beside.height - (isTall ? 0 : under.end + barsHigh)
  const at = isTall ? inner.y + inner.height - under.end - barsHigh : end
  return [
    ...withArrow(face, { ...beside, height: end - beside.y - 0.5 }, frame),
    ...(bars === null
      ? []
      : [{ is: 'code' as const, x: beside.x, y: at, width: beside.width, height: barsHigh, code: bars }]),
    ...under.marks.map(mark => ({ ...mark, y: mark.y + at + barsHigh + UNDER })),
    { is: 'code', x: inner.x, y: isTall ? at - side - 1 : inner.y, width: side, height: side, code },
  ]
}

/** The same label on the same size is the same drawing. Throws a RangeError where a code has no room, which `labelSchema` prevents. */
export const drawLabel = (label: Label, captions: Captions, size: LabelSize): Drawing => {
  const frame: Frame = FRAMES[size]
  const { width, height, margin } = frame
  const inner = { x: margin, y: margin, width: width - 2 * margin, height: height - 2 * margin }
  const face = faceOf(label, captions)
  const code = fitCode(face.code, inner.width)
  const marks = code.symbology === 'qr' ? withQr(face, code, inner, frame) : withBars(face, code, inner, frame)
  return { width, height, marks }
}
