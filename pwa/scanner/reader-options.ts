import type { ReaderOptions } from 'zxing-wasm/reader'

/** Without `Plain` the GS1 data would arrive as bracketed text. */
export const READER: ReaderOptions = {
  formats: ['EAN13', 'UPCA', 'UPCE', 'EAN8', 'Code128', 'QRCode', 'DataMatrix', 'ITF14'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: false,
  tryDownscale: true,
  maxNumberOfSymbols: 1,
  textMode: 'Plain',
}
