/** A cell of a table; null is an empty one. */
export type Cell = string | number | null

/** A table as CSV (RFC 4180), the first row naming the columns. */
export function toCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map(toCsvLine).join('')
}

/** One row of a table, with its line's end. */
export function toCsvLine(row: readonly Cell[]): string {
  return `${row.map(quoteCell).join(',')}\r\n`
}

function quoteCell(cell: Cell): string {
  const text = withoutFormula(String(cell ?? ''))
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

// A spreadsheet runs a text that starts like a formula; a quote in front makes it a text again. Numbers stay numbers.
function withoutFormula(text: string): string {
  if (/^-?\d+(\.\d+)?$/.test(text)) return text
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
}
