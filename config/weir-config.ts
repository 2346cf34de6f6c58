import { ConfigError, check } from './errors.ts'
import { type WeirConfig, weirConfigSchema } from './schema.ts'

/**
 * Reads the text of WEIR_CONFIG.
 * @throws ConfigError that names each field at fault. It holds no values, as someone may have pasted a key into the file.
 */
export function parseWeirConfig(text: string): WeirConfig {
  return check(weirConfigSchema, parseJson(text), 'WEIR_CONFIG')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // The engine's own message quotes the text around the fault.
    const place = /\(line \d+ column \d+\)/.exec(String(error))?.[0]
    throw new ConfigError([['WEIR_CONFIG is not valid JSON', place].filter(Boolean).join(' ')])
  }
}
