import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

const here = createRequire(import.meta.url)
/** What handhelds decode with, out of the package instead of the network. */
export const prepareDecoder = (): void => {
  const wasm = readFileSync(here.resolve('zxing-wasm/reader/zxing_reader.wasm'))
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } })
}

type Picture = Parameters<typeof readBarcodes>[0]
/** Every code of a picture with its symbology, from the top. */
export const codesIn = async (picture: Picture, most = 60): Promise<string[]> => {
  const read = await readBarcodes(picture, { formats: [], textMode: 'Plain', maxNumberOfSymbols: most })
  return read
    .toSorted((a, b) => a.position.topLeft.y - b.position.topLeft.y || a.position.topLeft.x - b.position.topLeft.x)
    .map(({ symbologyIdentifier, text }) => `${symbologyIdentifier}${text}`)
}

/** Pages of a PDF as the browser's own renderer draws them, 432 dpi, each as the codes that stand on it. */
export const codesOfPdf = async (pdf: Uint8Array): Promise<string[][]> => {
  const library = await PDFiumLibrary.init()
  const document = await library.loadDocument(pdf)
  const pages: string[][] = []
  for (const page of document.pages()) {
    const { data, width, height } = await page.render({ scale: 6, render: 'bitmap' })
    const picture = { data: new Uint8ClampedArray(data), width, height, colorSpace: 'srgb' } as ImageData
    pages.push(await codesIn(picture))
  }
  document.destroy()
  library.destroy()
  return pages
}
