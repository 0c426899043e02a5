/** Half of an import cycle: the rule against cycles has to refuse both halves (see lintRules.test.ts). */
import { two } from './two';

export const one = (): number => two();
