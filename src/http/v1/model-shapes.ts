import type { Offer } from '../../core/catalogue.ts'

/** A model or route that a key may call now: it is allowed, and has a provider and a price. */
export interface CallableModel {
  /** As it is called: a model's name or a route's. */
  readonly id: string
  /** The one that is tried first. */
  readonly offer: Offer
  /** Ids of all that may serve it, in order. */
  readonly providers: readonly string[]
  readonly simulated: boolean
}

/** How each dialect describes a model. What is beyond its own fields is ours. */

const noDate = '1970-01-01'

function openaiModel({ id, offer, providers, simulated }: CallableModel) {
  return {
    id,
    object: 'model',
    created: Math.floor(Date.parse(offer.released ?? noDate) / 1000),
    owned_by: offer.provider,
    name: offer.name,
    context: offer.contextTokens,
    max_output: offer.maxOutputTokens,
    tags: offer.tags,
    providers,
    ...(simulated && { simulated }),
  }
}

function anthropicModel({ id, offer }: CallableModel) {
  return {
    type: 'model',
    id,
    display_name: offer.name,
    created_at: new Date(offer.released ?? noDate).toISOString(),
    max_input_tokens: offer.contextTokens,
    max_tokens: offer.maxOutputTokens,
  }
}

type Query = Readonly<Record<string, string>>

/** Pages go by `after_id`, `before_id` and `limit`. */
function anthropicList(models: readonly CallableModel[], query: Query) {
  const { after_id: after, before_id: before } = query
  const limit = pageSize(query['limit'], 20)
  const start = after === undefined ? 0 : models.findIndex(({ id }) => id === after) + 1
  const end =
    before === undefined
      ? models.length
      : Math.max(
          0,
          models.findIndex(({ id }) => id === before),
        )
  const page =
    before === undefined
      ? models.slice(start, start + limit)
      : models.slice(Math.max(start, end - limit), end)
  const data = page.map(anthropicModel)
  const hasMore = before === undefined ? start + limit < models.length : end - limit > start
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
}

function geminiModel({ id, offer }: CallableModel) {
  return {
    name: `models/${id}`,
    displayName: offer.name,
    inputTokenLimit: offer.contextTokens,
    outputTokenLimit: offer.maxOutputTokens,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  }
}

/** Pages go by `pageToken`, the name of the first model of the page, and `pageSize`. */
function geminiList(models: readonly CallableModel[], query: Query) {
  const { pageToken } = query
  const size = pageSize(query['pageSize'], 50)
  const start =
    pageToken === undefined
      ? 0
      : Math.max(
          0,
          models.findIndex(({ id }) => id === pageToken),
        )
  const next = models[start + size]
  return {
    models: models.slice(start, start + size).map(geminiModel),
    ...(next && { nextPageToken: next.id }),
  }
}

function pageSize(asked: string | undefined, standard: number): number {
  const size = Number(asked ?? standard)
  return Number.isInteger(size) && size > 0 ? Math.min(size, 1_000) : standard
}

export interface ModelShape {
  readonly one: (model: CallableModel) => object
  readonly list: (models: readonly CallableModel[], query: Query) => object
}

export const modelShapes = {
  'openai-chat': {
    one: openaiModel,
    list: (models) => ({ object: 'list', data: models.map(openaiModel) }),
  },
  'anthropic-messages': { one: anthropicModel, list: anthropicList },
  gemini: { one: geminiModel, list: geminiList },
} as const satisfies Record<string, ModelShape>
