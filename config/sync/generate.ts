import { type ModelInfo, findProvider } from '@pydantic/genai-prices'
import { ConfigError, check } from '../errors.ts'
import { modelSchema } from '../schema.ts'
import { type Manual, type ManualModel, manual as manuals } from './manual.ts'
import { matches, namesListed } from './match.ts'
import { type Card, cardsOf } from './package-prices.ts'

type Model = Readonly<Record<string, unknown>>
type Models = Map<string, Model>

/**
 * What `config/models/<provider>.json` should hold: the package's models, or those of the providers that it sells like, with the
 * hand-written file laid over them.
 * @throws ConfigError for a model of the package that nobody decided about, and for one that would not load
 */
export function generateModels(provider: string, manual: Manual): Record<string, Model> {
  const models = manual.like ? modelsLike(manual.like, manual) : modelsOfPackage(provider, manual)
  for (const [name, byHand] of Object.entries(manual.models)) {
    if (!models.has(name)) models.set(name, fieldsOf(byHand))
  }
  for (const [name, model] of models) check(modelSchema, model, `${provider}/${name}`)
  return Object.fromEntries([...models].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function modelsLike(providers: readonly string[], manual: Manual): Models {
  const models: Models = new Map()
  for (const provider of providers) {
    const theirs = generateModels(provider, manuals[provider] ?? { left_out: [], models: {} })
    for (const [name, model] of Object.entries(theirs)) {
      if (!isLeftOut(name, manual))
        models.set(name, { ...withoutSearches(model), ...fieldsOf(manual.models[name]) })
    }
  }
  return models
}

/** Who sells another's models does not sell its searches at its price. */
function withoutSearches(model: Model): Model {
  const { price = [] } = model
  const cards = (Array.isArray(price) ? price : [price]) as readonly Card[]
  if (!cards.some((card) => card.per_thousand_searches !== undefined)) return model
  return { ...model, price: cards.map(withoutSearchPrice) }
}

function withoutSearchPrice(card: Card): Card {
  const { per_thousand_searches: _, ...rest } = card
  return rest
}

function modelsOfPackage(provider: string, manual: Manual): Models {
  const source = findProvider({ providerId: manual.package ?? provider })
  if (!source) throw new ConfigError([`${provider}: is not in @pydantic/genai-prices`])
  const models: Models = new Map()
  for (const info of source.models.filter(({ id }) => !isLeftOut(id, manual))) {
    const [called, byHand] = entryOf(info, manual)
    const names = byHand.package ? [called] : namesOf(info)
    for (const name of [...names, ...(byHand.names ?? [])]) {
      if (!isLeftOut(name, manual)) models.set(name, makeModel(name, info, byHand))
    }
  }
  return models
}

/** What was written by hand about a model of the package, and the name under which. */
function entryOf({ id }: ModelInfo, manual: Manual): readonly [string, ManualModel] {
  const entry = Object.entries(manual.models).find(([name, byHand]) => (byHand.package ?? name) === id)
  if (entry) return entry
  throw new ConfigError([`${id}: is in the package: give it limits in sync/manual.json, or leave it out`])
}

/** The names that the package lists, and its id, where that is a name as well. */
function namesOf({ id, match }: ModelInfo): string[] {
  return [...new Set([...namesListed(match), ...(matches(match, id) ? [id] : [])])]
}

function isLeftOut(name: string, manual: Manual): boolean {
  return manual.left_out.some(({ names }) => names.some((pattern) => new RegExp(`^(${pattern})$`).test(name)))
}

/** What was written by hand, without what is for the sync alone. */
function fieldsOf(byHand: ManualModel | undefined): Model {
  if (!byHand) return {}
  const { why: _why, package: _package, names: _names, ...rest } = byHand
  const { per_million: _prices, region: _region, ...fields } = rest
  return fields
}

function makeModel(name: string, info: ModelInfo, byHand: ManualModel): Model {
  const corrections = fieldsOf(byHand)
  const upstream = String(corrections['upstream'] ?? name)
  if (!matches(info.match, upstream)) {
    throw new ConfigError([`${name}: the package's prices of ${info.id} are not those of ${upstream}`])
  }
  const snapshot = /-(\d{4}-\d\d-\d\d|\d{8})$/.exec(name)?.[1]
  const model = {
    name: name === info.id || snapshot ? (info.name ?? info.id) : name,
    context: info.context_window,
    ...corrections,
    price: corrections['price'] ?? completed(cardsOf(info), byHand),
  }
  if (!snapshot) return model
  const released = snapshot.includes('-') && { released: snapshot }
  return { ...model, name: `${String(model.name)} (${snapshot})`, ...released }
}

/** The cards with what the package lacks: some prices, and where they hold. */
function completed(cards: readonly Card[], { per_million: lacking, region }: ManualModel): readonly Card[] {
  return cards.map((card) => {
    if (lacking && card.above)
      throw new ConfigError(['per_million: does not say what holds in the tiers of the package'])
    return { ...card, ...(region && { region }), per_million: { ...card.per_million, ...lacking } }
  })
}
