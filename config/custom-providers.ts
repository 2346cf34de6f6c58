import type { DialectId } from '../src/core/dialect.ts'
import { bearer, defineProvider, type Provider } from '../src/core/provider.ts'
import type { WeirConfig } from './schema.ts'

/** The providers that an operator declared, as the gateway's own are: OpenAI-compatible, each with its departures as data. */
export function customProviders(
  config: WeirConfig,
  operatorErrorsOf: (dialects: readonly DialectId[]) => readonly string[],
): Provider[] {
  return Object.entries(config.providers).map(([id, declared]) =>
    defineProvider({
      id,
      name: declared.name ?? id,
      baseUrl: declared.base_url.replace(/\/+$/, ''),
      auth: declared.api_key_env === undefined ? { kind: 'none' } : bearer(declared.api_key_env),
      speaks: { chat: declared.speaks },
      ...(declared.region !== undefined && { region: declared.region }),
      quirks: {
        operatorErrors: operatorErrorsOf(declared.speaks),
        ...(declared.quirks?.stream_options !== undefined && {
          streamOptions: declared.quirks.stream_options,
        }),
        ...(declared.quirks?.max_tokens_fields && { maxTokensFields: declared.quirks.max_tokens_fields }),
      },
    }),
  )
}
