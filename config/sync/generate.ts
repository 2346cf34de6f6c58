import { type MatchLogic, type ModelInfo, findProvider } from '@pydantic/genai-prices'
import { ConfigError, check } from '../errors.ts'
import { modelSchema } from '../schema.ts'
import type { Manual } from './manual.ts'
import { cardsOf } from './package-prices.ts'

type Model = Readonly<Record<string, unknown>>

/**
 * What `config/models/<provider>.json` should hold: the package's models with the hand-written file laid over them.
 * @throws ConfigError for a model of the package that nobody decided about, and for one that would not load
 */
export function generateModels(provider: string, manual: Manual): Record<string, Model> {
  const source = findProvider({ providerId: provider })
  if (!source) throw new ConfigError([`${provider}: is not in @pydantic/genai-prices`])
  const models = new Map<string, Model>()
  for (const info of source.models) {
    for (const name of namesOf(info.match)) {
      if (!isLeftOut(name, manual)) models.set(name, makeModel(name, info, manual))
    }
  }
  for (const [name, { why: _, ...model }] of Object.entries(manual.models)) {
    if (!models.has(name)) models.set(name, model)
  }
  for (const [name, model] of models) check(modelSchema, model, `${provider}/${name}`)
  return Object.fromEntries([...models].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The names that the package knows exactly. Its patterns are for names that it cannot list, so neither can we. */
function namesOf(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesOf)
  return 'equals' in match ? [match.equals] : []
}

function isLeftOut(name: string, manual: Manual): boolean {
  return manual.left_out.some(({ names }) => names.some((pattern) => new RegExp(`^(${pattern})$`).test(name)))
}

function makeModel(name: string, info: ModelInfo, manual: Manual): Model {
  const byHand = manual.models[info.id]
  if (!byHand) {
    throw new ConfigError([
      `${name}: is in the package: give ${info.id} limits in sync/manual.json, or leave it out`,
    ])
  }
  const { why: _, ...corrections } = byHand
  const snapshot = /-(\d{4}-\d\d-\d\d)$/.exec(name)?.[1]
  const model = {
    name: name === info.id || snapshot ? (info.name ?? info.id) : name,
    context: info.context_window,
    ...corrections,
    price: corrections['price'] ?? cardsOf(info),
  }
  return snapshot ? { ...model, name: `${String(model.name)} (${snapshot})`, released: snapshot } : model
}
