import { existsSync, readFileSync } from 'node:fs'

/** The text of the file that WEIR_CONFIG names, or of `weir.json` where there is one. Throws if a named file is not there. */
export function readConfigFile(path: string | undefined): string | undefined {
  if (path !== undefined) return readFileSync(path, 'utf8')
  return existsSync('weir.json') ? readFileSync('weir.json', 'utf8') : undefined
}
