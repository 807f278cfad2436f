// All commands, in the order in which the help lists them.

import type { Commands } from './command.js';
import { MINERS } from './miners.js';
import { MODELS } from './models.js';
import { TASKS } from './tasks.js';

export const COMMANDS: Commands = { ...TASKS, ...MODELS, ...MINERS };
