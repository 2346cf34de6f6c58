import { isFields, listOf, type Fields } from '../fields.ts'

/** What the provider adds to a prompt for its own description of a tool that callers run, in bytes of text at most. */
const callerRun: ReadonlyMap<unknown, number> = new Map([
  ['custom', 0],
  ['bash', 2_000],
  ['text_editor', 4_000],
  ['memory', 8_000],
  ['computer', 8_000],
  ['computer_toolset', 16_000],
  ['browser_toolset', 32_000],
])

/** What the provider adds as soon as there are tools. */
const anyToolBytes = 2_500

/** The family of a dated type: `bash_20250124` is of `bash`. Tools without a type are custom. */
export function toolFamily(tool: Fields): string | undefined {
  const type = tool['type'] ?? 'custom'
  return typeof type === 'string' ? type.replace(/_\d{8}$/, '') : undefined
}

/** Whether the caller runs the tool. All others run at the provider, and are billed by use. */
export function isCallerRun(tool: unknown): boolean {
  return isFields(tool) && callerRun.has(toolFamily(tool))
}

/** The one tool at the provider that is passed on: its searches are counted, have a price, and can be bound. */
export function isWebSearch(tool: unknown): tool is Fields {
  return isFields(tool) && tool['type'] === 'web_search_20250305'
}

export function toolOverheadBytes(values: Fields): number {
  const tools = listOf(values, 'tools')
  if (tools.length === 0) return 0
  return tools.reduce<number>((bytes, tool) => bytes + overheadOf(tool), anyToolBytes)
}

function overheadOf(tool: unknown): number {
  return isFields(tool) ? (callerRun.get(toolFamily(tool)) ?? 0) : 0
}
