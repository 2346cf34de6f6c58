import { isFields, listOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'

const always = () => true

/** The tools that the caller runs, and when they are such. What runs at the provider has no price here, and no bound. */
const clientTools: Readonly<Record<string, (tool: Fields) => boolean>> = {
  function: always,
  custom: always,
  apply_patch: always,
  local_shell: always,
  // Anywhere else it runs in a container of the provider's.
  shell: ({ environment }) => isFields(environment) && environment['type'] === 'local',
  // The provider's own search asks the model several times over the same input.
  tool_search: ({ execution }) => execution === 'client',
  namespace: (tool) => listOf(tool, 'tools').every((inner) => isFields(inner) && isPlain(inner['type'])),
}

function isPlain(type: unknown): boolean {
  return type === 'function' || type === 'custom'
}

/** Refuses tools that the caller does not run. */
export function checkTools(tools: unknown, param: string): void {
  if (!Array.isArray(tools ?? [])) throw invalid('tools must be a list.', param)
  for (const tool of (tools ?? []) as unknown[])
    if (!isFields(tool) || !isClientTool(tool))
      throw invalid(
        `Tools ${nameOf(tool)}run at the provider, and are not supported. Supported are function, custom, namespace, ` +
          'apply_patch, local_shell, shell in a local environment, and tool_search by the client.',
        param,
      )
}

function isClientTool(tool: Fields): boolean {
  const { type } = tool
  if (typeof type !== 'string' || !Object.hasOwn(clientTools, type)) return false
  return clientTools[type]?.(tool) === true
}

function nameOf(tool: unknown): string {
  const type = isFields(tool) ? tool['type'] : undefined
  return typeof type === 'string' ? `of type ${type.slice(0, 40)} like this ` : 'without a known type '
}
