import type { Handler } from 'hono'
import { countingGemini } from '../../dialects/counting.ts'
import { clientDialects } from '../../dialects/index.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'
import { callModel } from './call.ts'
import { countTokens } from './count-tokens.ts'
import { asksForCount, namesModel, readGeminiAddress } from './gemini-address.ts'

/** All that Google's clients post to a model: its verb is a part of the last segment of the path, where no router looks. */
export function generateContent(deps: HttpDeps): Handler<CallerEnv> {
  const generate = callModel(deps, clientDialects.gemini, { address: readGeminiAddress })
  const count = countTokens(deps, countingGemini, readGeminiAddress)
  return (c, next) => {
    if (!namesModel(c)) return next()
    // Before the address is read, which may be none.
    c.set('dialect', clientDialects.gemini)
    return asksForCount(c) ? count(c, next) : generate(c, next)
  }
}
