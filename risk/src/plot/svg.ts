/** Text of SVG elements, and the look that all charts share: light background, no scripts, no external fonts. */

export type Attributes = Readonly<Record<string, string | number | undefined>>

/** Colours that stay apart for colour-blind readers (M. Okabe and K. Ito, 2008, "Color Universal Design"), darkest first. */
export const PALETTE: readonly string[] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#5f5f5f']
const INK = '#1f2933'
export const FAINT = '#647382'
export const GRID = '#e3e8ee'
const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif'

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** One element; numbers are written with two decimals, undefined attributes are left out. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? px(value) : escapeText(String(value))}"`)
    .join('')
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`
}

export function label(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeText(content))
}

/** A whole document of `width` x `height` pixels that scales with its place; `title` is read out by screen readers. */
export function svgDocument(width: number, height: number, title: string, content: string): string {
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'font-family': FONT,
    'font-size': 11,
    fill: INK,
  }
  const background = element('rect', { width, height, fill: '#ffffff' })
  return `${element('svg', root, `<title>${escapeText(title)}</title>${background}${content}`)}\n`
}

export function group(x: number, y: number, content: string): string {
  return element('g', { transform: `translate(${px(x)} ${px(y)})` }, content)
}

/** Two decimals, without the zeros at the end. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100)
}
