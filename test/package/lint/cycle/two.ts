/** The other half of the import cycle. */
import { one } from './one';

export const two = (): number => one();
