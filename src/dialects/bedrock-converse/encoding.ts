import type { CallTarget } from '../../core/dialect.ts'
import { DocumentNames } from './document-names.ts'
import { traitsOf, type ModelTraits } from './models.ts'
import { ToolIds } from './tool-ids.ts'

/** A block of a message, of the system prompt, or of the tools, as Converse has it. */
export type Block = Readonly<Record<string, unknown>>

/** A call while it is written. */
export interface Encoding {
  readonly target: CallTarget
  readonly traits: ModelTraits
  /** Names of what could not be carried. */
  readonly dropped: Set<string>
  readonly documentNames: DocumentNames
  readonly toolIds: ToolIds
}

export function beginEncoding(target: CallTarget): Encoding {
  const traits = traitsOf(target.upstreamModel)
  return {
    target,
    traits,
    dropped: new Set(),
    documentNames: new DocumentNames(),
    toolIds: new ToolIds(traits.shortIds),
  }
}
