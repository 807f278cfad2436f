// The commands of those who offer slots, and of whoever looks for them.

import { formatMill } from '../amounts.js';
import { type Commands, numbered, PAGE, sending, word } from './command.js';
import { miners, offers, race, shares } from './lines.js';
import { address, model, signer, timeout, whole } from './options.js';
import type { Hash } from '../views.js';

export const MINERS: Commands = {
  round: {
    operands: '',
    summary: 'the round, its emission, the sprints, the queue and the leases',
    help: '',
    takes: 0,
    async run({ millrace, values }) {
      const now = await millrace.round(timeout(values));
      return { lines: race(now), json: now };
    },
  },
  offers: {
    operands: 'MODEL',
    summary: 'the free slots that offer a model, cheapest first',
    help: PAGE,
    takes: 1,
    async run(context) {
      const { cursor, count } = context.values;
      const options = { cursor: cursor as Hash | undefined, count: whole('--count', count), ...timeout(context.values) };
      const page = await context.millrace.offers(model(word(context, 0)), options);
      return { lines: offers(page), json: page };
    },
  },
  offer: {
    operands: 'MODEL',
    summary: 'as a miner: offer a model too, at the ask and with the slots that you offer already',
    help: '  --no-wait       end when the offer is scheduled; it comes into force with the next round',
    takes: 1,
    async run(context) {
      const { millrace, values } = context;
      const account = signer(values);
      const name = model(word(context, 0));
      await millrace.model(name, timeout(values));
      const miner = await millrace.miner(account.address, timeout(values));
      const rates = miner.slots.filter(({ withdrawn }) => !withdrawn).map(({ rate }) => rate);
      const { ask, models, ...slots } = miner.next ?? { ask: miner.ask, rates, models: miner.models };
      if (models.includes(name)) return { lines: ['offered    already'], json: { model: name, block: null } };
      const terms = { ask, rates: slots.rates, models: [...models, name] };
      const { block, fee } = await millrace.offer(terms, account, sending(context));
      context.progress(`scheduled  in block ${block} for ${formatMill(fee)}, in force with the next round`);
      if (!values['no-wait']) await millrace.inForce(account.address, timeout(values));
      const lines = [`offered    ${terms.rates.length} slots, ${terms.models.length} models, ${ask} planck per mega-MAC`];
      return { lines, json: { model: name, block, fee, ...terms } };
    },
  },
  miner: {
    operands: 'ACCOUNT',
    summary: 'a miner, and why it earns nothing or less than it could; ACCOUNT is an address or a development account',
    help: '',
    takes: 1,
    async run(context) {
      const miner = await context.millrace.miner(address(word(context, 0)), timeout(context.values));
      return { lines: miners(miner), json: miner };
    },
  },
  resume: {
    operands: '',
    summary: 'as a miner: put suspended slots on sale again, and top the bond up',
    help: '',
    takes: 0,
    async run(context) {
      const { block, fee } = await context.millrace.resume(signer(context.values), sending(context));
      return { lines: [`resumed    in block ${block} for ${formatMill(fee)}`], json: { block, fee } };
    },
  },
  unclaimed: {
    operands: 'ACCOUNT',
    summary: 'the shares of closed rounds that an account can claim, oldest first',
    help: PAGE,
    takes: 1,
    async run(context) {
      const page = await context.millrace.unclaimed(address(word(context, 0)), numbered(context));
      return { lines: shares(page), json: page };
    },
  },
  claim: {
    operands: '',
    summary: 'claim all shares of closed rounds',
    help: '  --account A     for whom, if not for who signs',
    takes: 0,
    async run(context) {
      const { account } = context.values;
      const claimed = await context.millrace.claimAll(signer(context.values), { ...sending(context), account });
      const { rounds, amount } = claimed;
      return {
        lines: [
          rounds.length ? `claimed    ${formatMill(amount)} of ${rounds.length} rounds` : 'claimed    nothing: no share waits',
        ],
        json: claimed,
      };
    },
  },
};
