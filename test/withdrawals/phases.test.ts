/** What follows from how far a run has come and from where a withdrawal stands: the whole table, then the rules behind it. */
import fc from 'fast-check';
import { BitSharesError } from '../../src/errors';
import type { WaitFor } from '../../src/payments/standing';
import type { WithdrawalStanding } from '../../src/withdrawals/proof/standing';
import {
  decide,
  type Caller,
  type Decision,
  type Mode,
  type Phase,
} from '../../src/withdrawals/sending/phases';

/**
 * A row for each standing and phase, a column for each mode. Send, Prepare and Proposal: Create begin at `asked`, Broadcast at
 * `handed in`, Get Status at `handed in` or `looked for`. A node is asked only for a transaction that is known, so `pending`
 * follows `built`. The other cells do not occur; they are here so that the table is whole.
 *
 * - done, wait, act: whatever the caller waits for
 * - wait:block: until it is in a block; done for a caller who waits for less
 * - wait:final: until its block is irreversible; done for a caller who waits for less
 * - wait:death: as wait:final, where the time is enough until the last expiration is past; done where it is not
 */
const table = `
standing         phase      | send        prepare     propose     broadcast   look

# in an irreversible block it is done, however far the run has come
irreversible     asked      | done        done        done        done        done
irreversible     faulty     | done        done        done        done        done
irreversible     formed     | done        done        done        done        done
irreversible     built      | done        done        done        done        done
irreversible     signed     | done        done        done        done        done
irreversible     handed in  | done        done        done        done        done
irreversible     looked for | done        done        done        done        done

# in a block it is done, unless the caller waits until nothing can replace the block
in block         asked      | wait:final  wait:final  wait:final  wait:final  wait:final
in block         faulty     | wait:final  wait:final  wait:final  wait:final  wait:final
in block         formed     | wait:final  wait:final  wait:final  wait:final  wait:final
in block         built      | wait:final  wait:final  wait:final  wait:final  wait:final
in block         signed     | wait:final  wait:final  wait:final  wait:final  wait:final
in block         handed in  | wait:final  wait:final  wait:final  wait:final  wait:final
in block         looked for | wait:final  wait:final  wait:final  wait:final  wait:final

# what a node holds is not sent again, and Prepare signs it all the same
pending          asked      | wait:block  done        wait:block  wait:block  wait:block
pending          faulty     | wait:block  done        wait:block  wait:block  wait:block
pending          formed     | wait:block  done        wait:block  wait:block  wait:block
pending          built      | wait:block  act         wait:block  wait:block  wait:block
pending          signed     | wait:block  done        wait:block  wait:block  wait:block
pending          handed in  | wait:block  done        wait:block  wait:block  wait:block
pending          looked for | wait:block  done        wait:block  wait:block  wait:block

# beside an open proposal nothing is sent: Proposal: Create waits for its block, Broadcast and Get Status for its end
proposed         asked      | done        done        wait:final  wait        wait
proposed         faulty     | done        done        done        wait        wait
proposed         formed     | done        done        wait:final  wait        wait
proposed         built      | done        done        wait:final  wait        wait
proposed         signed     | done        done        wait:final  wait        wait
proposed         handed in  | done        done        wait:final  wait        wait
proposed         looked for | done        done        wait:final  wait        wait

# a proposal in an irreversible block is as far as Proposal: Create can bring it
proposed, final  asked      | done        done        done        wait        wait
proposed, final  faulty     | done        done        done        wait        wait
proposed, final  formed     | done        done        done        wait        wait
proposed, final  built      | done        done        done        wait        wait
proposed, final  signed     | done        done        done        wait        wait
proposed, final  handed in  | done        done        done        wait        wait
proposed, final  looked for | done        done        done        wait        wait

# a proposal that is over and may have paid still keeps everything from being sent
proposed, over   asked      | done        done        done        wait        wait
proposed, over   faulty     | done        done        done        wait        wait
proposed, over   formed     | done        done        done        wait        wait
proposed, over   built      | done        done        done        wait        wait
proposed, over   signed     | done        done        done        wait        wait
proposed, over   handed in  | done        done        done        wait        wait
proposed, over   looked for | done        done        done        wait        wait

# what is absent is brought on, a request at fault waits for the end of earlier attempts, and an id alone brings nothing on
absent           asked      | act         act         act         act         act
absent           faulty     | wait:death  wait:death  wait:death  wait:death  wait:death
absent           formed     | act         act         act         act         act
absent           built      | act         act         act         act         act
absent           signed     | act         done        act         act         act
absent           handed in  | repeat      repeat      repeat      repeat      repeat
absent           looked for | wait        wait        wait        wait        wait

# absent past the last expiration is the end of what cannot have another window, and of nothing else
absent, past     asked      | act         act         act         act         act
absent, past     faulty     | done        done        done        done        done
absent, past     formed     | act         act         act         act         act
absent, past     built      | act         act         act         act         act
absent, past     signed     | act         done        act         act         act
absent, past     handed in  | done        done        done        done        done
absent, past     looked for | done        done        done        done        done

# where nothing is proved nothing new is made; only what is signed is sent again, as those bytes can pay once
unseen           asked      | wait        wait        wait        wait        wait
unseen           faulty     | done        done        done        done        done
unseen           formed     | wait        wait        wait        wait        wait
unseen           built      | wait        wait        wait        wait        wait
unseen           signed     | repeat      done        repeat      repeat      repeat
unseen           handed in  | repeat      repeat      repeat      repeat      repeat
unseen           looked for | wait        wait        wait        wait        wait
`;

const lastExpiration = 1000;
/** 100 s before the last expiration. */
const before = 900;

// The compiler refuses each of these records when a phase, a standing or a mode is added that it lacks.
const content = { order: {}, intent: {}, parties: {} } as never as Omit<
  Extract<Phase, { at: 'formed' }>,
  'at'
>;
const attempt = { expiration: lastExpiration } as Extract<Phase, { at: 'built' }>['attempt'];
const transaction = {} as Extract<Phase, { at: 'signed' }>['transaction'];
const phases: { [At in Phase['at']]: Extract<Phase, { at: At }> } = {
  asked: { at: 'asked', order: content.order },
  faulty: {
    at: 'faulty',
    order: content.order,
    fault: new BitSharesError('INVALID_AMOUNT', { message: 'too many decimals' }),
    lastExpiration,
  },
  formed: { at: 'formed', ...content },
  built: { at: 'built', ...content, attempt },
  signed: { at: 'signed', ...content, attempt, transaction },
  'handed in': { at: 'handed in', transaction, transfer: {} as never, attempt },
  'looked for': { at: 'looked for', expiration: lastExpiration },
};

type Fact =
  | Exclude<WithdrawalStanding['at'], 'proposed' | 'absent'>
  | 'proposed'
  | 'proposed, final'
  | 'proposed, over'
  | 'absent'
  | 'absent, past';
const place = {} as never;
const proposed = (over: boolean, final: boolean): WithdrawalStanding => ({
  at: 'proposed',
  proposal: { over, final, proposalId: null, proposal: {} as never },
});
const standings: Record<Fact, WithdrawalStanding> = {
  irreversible: { at: 'irreversible', place },
  'in block': { at: 'in block', place },
  pending: { at: 'pending' },
  proposed: proposed(false, false),
  'proposed, final': proposed(false, true),
  'proposed, over': proposed(true, true),
  absent: { at: 'absent', through: before },
  'absent, past': { at: 'absent', through: lastExpiration + 1 },
  unseen: { at: 'unseen' },
};

const keysOf = <Key extends string>(record: Record<Key, unknown>) => Object.keys(record) as Key[];
const modes = keysOf<Mode>({ send: 0, prepare: 0, propose: 0, broadcast: 0, look: 0 });
const waits = keysOf<WaitFor>({ broadcast: 0, block: 0, irreversible: 0 });
/** In milliseconds, for the 100 s that are missing. */
const times = { 'no time': 0, 'too little time': 100_000, 'enough time': 100_001 };

/** What a cell says to one caller. */
function verdictOf(cell: string, { waitFor, timeLeft }: Caller): Decision | undefined {
  switch (cell) {
    case 'done':
    case 'wait':
    case 'act':
    case 'repeat':
      return cell;
    case 'wait:block':
      return waitFor === 'broadcast' ? 'done' : 'wait';
    case 'wait:final':
      return waitFor === 'irreversible' ? 'wait' : 'done';
    case 'wait:death':
      return waitFor === 'irreversible' && timeLeft === times['enough time'] ? 'wait' : 'done';
    default:
      return undefined;
  }
}

const words = (text: string) => text.trim().split(/\s{2,}/);
const [header = '', ...sections] = table.split('#').map((section) => section.trim());
const columns = words(header.split('|')[1] ?? '') as Mode[];
const guarantees = sections.map((section) => {
  const [title = '', ...lines] = section.split('\n');
  const rows = lines.map((line) => {
    const [names = '', cells = ''] = line.split('|');
    const [standing, phase] = [names.slice(0, 17).trim() as Fact, names.slice(17).trim() as Phase['at']];
    const verdicts = words(cells);
    const all = columns.map((mode, i) => `${mode} ${verdicts[i]}`).join(', ');
    return { standing, phase, verdicts, all };
  });
  return { title: title.trim(), rows };
});
const rows = guarantees.flatMap((guarantee) => guarantee.rows);

test('the table has a row for each phase in each standing, and a verdict for each mode', () => {
  const product = keysOf(standings).flatMap((standing) =>
    keysOf(phases).map((phase) => `${standing} | ${phase}`),
  );
  expect(rows.map(({ standing, phase }) => `${standing} | ${phase}`)).toEqual(product);
  expect(columns).toEqual(modes);
  expect(rows.flatMap(({ verdicts }) => verdicts)).toHaveLength(
    keysOf(standings).length * keysOf(phases).length * modes.length,
  );
});

describe.each(guarantees)('$title', ({ rows }) => {
  test.each(rows)('$standing, $phase: $all', ({ standing, phase, verdicts }) => {
    const callers = columns.flatMap((mode) =>
      waits.flatMap((waitFor) =>
        Object.values(times).map((timeLeft): Caller => ({ mode, waitFor, timeLeft })),
      ),
    );
    const said = (verdict: (caller: Caller) => Decision | undefined) =>
      callers.map((caller) => `${Object.values(caller).join(' ')}: ${verdict(caller)}`);
    expect(said((caller) => decide(phases[phase], standings[standing], caller))).toEqual(
      said((caller) => verdictOf(verdicts[columns.indexOf(caller.mode)] ?? '', caller)),
    );
  });
});

// Times of the same few minutes, so that expirations and blocks often meet.
const seconds = fc.integer({ min: 995, max: 1005 });
const anyTimeLeft = fc.oneof(fc.integer({ min: -1, max: 12_000 }), fc.constant(Infinity));
const anyCaller = fc.record({
  mode: fc.constantFrom(...modes),
  waitFor: fc.constantFrom(...waits),
  timeLeft: anyTimeLeft,
});
const anyStanding = fc.oneof(
  fc.constantFrom(...Object.values(standings)),
  fc.tuple(fc.boolean(), fc.boolean()).map(([over, final]) => proposed(over, final)),
  seconds.map((through): WithdrawalStanding => ({ at: 'absent', through })),
);
const phaseAt = (...names: Phase['at'][]) =>
  fc.tuple(fc.constantFrom(...names), seconds).map(([at, expiration]): Phase => {
    switch (at) {
      case 'faulty':
        return { ...phases[at], lastExpiration: expiration };
      case 'built':
      case 'signed':
        return { ...phases[at], attempt: { ...attempt, expiration } };
      case 'handed in':
        return { ...phases[at], attempt: { transactionId: '', expiration } };
      case 'looked for':
        return { ...phases[at], expiration };
      default:
        return phases[at];
    }
  });
const anyPhase = phaseAt(...keysOf(phases));
/** Those from which a new transaction is made. */
const request = ['asked', 'formed', 'built', 'signed'] as const;

/** Many runs: each takes microseconds. */
function always<Values extends [unknown, ...unknown[]]>(
  values: { [I in keyof Values]: fc.Arbitrary<Values[I]> },
  holds: (...values: Values) => void,
): void {
  fc.assert(fc.property(...values, holds), { numRuns: 1000 });
}

describe('what may move money', () => {
  test('a new transaction is made only from proved absence', () => {
    always([phaseAt(...request), anyStanding, anyCaller], (phase, standing, caller) => {
      if (caller.mode === 'prepare' || decide(phase, standing, caller) !== 'act') return;
      expect(standing.at).toBe('absent');
    });
  });

  test.each(['unseen', 'pending', 'in block', 'irreversible', 'proposed', 'proposed, over'] as const)(
    'what may be on its way is never built anew (%s)',
    (standing) => {
      always([phaseAt(...request), anyCaller], (phase, caller) => {
        if (caller.mode === 'prepare') return;
        expect(decide(phase, standings[standing], caller)).not.toBe('act');
      });
    },
  );

  test('Prepare signs what is pending, and nothing of what it signed is left to send', () => {
    always([anyStanding, anyCaller], (standing, more) => {
      const caller = { ...more, mode: 'prepare' } as const;
      expect(decide(phases.built, standings.pending, caller)).toBe('act');
      expect(decide(phases.signed, standing, caller)).not.toBe('act');
    });
  });

  test('Prepare signs nothing that is in a block, proposed or unseen', () => {
    always([phaseAt(...request), anyStanding, anyCaller], (phase, standing, more) => {
      if (decide(phase, standing, { ...more, mode: 'prepare' }) !== 'act') return;
      expect(['absent', 'pending']).toContain(standing.at);
    });
  });

  test('what was handed in is sent while it may be missing, and not once it is seen anywhere', () => {
    always([anyStanding, anyCaller], (standing, more) => {
      const decision = decide(phases['handed in'], standing, { ...more, mode: 'broadcast' });
      const isMissing =
        standing.at === 'unseen' || (standing.at === 'absent' && standing.through <= lastExpiration);
      expect(decision).not.toBe('act');
      expect(decision === 'repeat').toBe(isMissing);
    });
  });

  test('a request at fault, and an id that is asked about, bring nothing on', () => {
    always([phaseAt('faulty', 'looked for'), anyStanding, anyCaller], (phase, standing, caller) => {
      // No transaction of theirs is known that a node could hold.
      if (standing.at === 'pending') return;
      expect(['done', 'wait']).toContain(decide(phase, standing, caller));
    });
  });

  test('the same bytes are repeated only where they are signed, and nothing shows them', () => {
    always([anyPhase, anyStanding, anyCaller], (phase, standing, caller) => {
      if (decide(phase, standing, caller) !== 'repeat') return;
      expect(['signed', 'handed in']).toContain(phase.at);
      expect(['absent', 'unseen']).toContain(standing.at);
      if (phase.at === 'signed') expect([standing.at, caller.mode === 'prepare']).toEqual(['unseen', false]);
    });
  });
});

describe('what is dead is done', () => {
  test('for every caller, once a final block is later than the last expiration', () => {
    always([seconds, fc.integer({ min: 1, max: 1e9 }), anyCaller], (expiration, later, caller) => {
      const standing = { at: 'absent', through: expiration + later } as const;
      for (const phase of [
        { ...phases.faulty, lastExpiration: expiration },
        { ...phases['handed in'], attempt: { transactionId: '', expiration } },
        { ...phases['looked for'], expiration },
      ]) {
        expect(decide(phase, standing, caller)).toBe('done');
      }
    });
  });

  test('not yet when the last final block has the time of the expiration: the next one may hold it', () => {
    const standing = { at: 'absent', through: lastExpiration } as const;
    const caller = { waitFor: 'irreversible', timeLeft: 1 } as const;
    expect(decide(phases.faulty, standing, { ...caller, mode: 'send' })).toBe('wait');
    expect(decide(phases['handed in'], standing, { ...caller, mode: 'broadcast' })).toBe('repeat');
    expect(decide(phases['looked for'], standing, { ...caller, mode: 'look' })).toBe('wait');
  });

  test.each(['unseen', 'pending', 'in block', 'proposed'] as const)(
    'only where absence is proved, so not what is %s',
    (standing) => {
      always([seconds], (expiration) => {
        const handedIn = { ...phases['handed in'], attempt: { transactionId: '', expiration } };
        const caller = { mode: 'broadcast', waitFor: 'irreversible', timeLeft: 0 } as const;
        expect(decide(handedIn, standings[standing], caller)).not.toBe('done');
      });
    },
  );

  test('an id that is asked about without an expiration never is: another attempt may follow', () => {
    always([fc.integer({ min: 0 }), anyCaller], (through, caller) => {
      expect(decide({ at: 'looked for', expiration: null }, { at: 'absent', through }, caller)).toBe('wait');
    });
  });
});

describe('a request at fault waits for the end of every earlier attempt', () => {
  const missing = (lastExpiration - before) * 1000;
  const after = (waitFor: WaitFor, timeLeft: number, standing = standings.absent) =>
    decide(phases.faulty, standing, { mode: 'send', waitFor, timeLeft });

  test('where the caller waits for irreversible and the time is enough, to the millisecond', () => {
    expect(after('irreversible', missing)).toBe('done');
    expect(after('irreversible', missing + 1)).toBe('wait');
  });

  test.each(['broadcast', 'block'] as const)('not where the caller waits for %s', (waitFor) => {
    expect(after(waitFor, Infinity)).toBe('done');
  });

  test('not where nothing is proved, however much time is left', () => {
    expect(after('irreversible', Infinity, standings.unseen)).toBe('done');
    expect(after('irreversible', 1e12, standings.unseen)).toBe('done');
  });
});

describe('of Send, Prepare and Proposal: Create, only the last waits for a proposal', () => {
  const open = proposed(false, false);
  const asks = (mode: Mode, waitFor: WaitFor, standing = open, phase: Phase = phases.signed) =>
    decide(phase, standing, { mode, waitFor, timeLeft: 60_000 });

  test.each(['send', 'prepare'] as const)('to %s is done with it at once', (mode) => {
    for (const waitFor of waits) expect(asks(mode, waitFor)).toBe('done');
  });

  test('to propose has come as far as a block when one holds the proposal, and further when that is irreversible', () => {
    expect(waits.map((waitFor) => asks('propose', waitFor))).toEqual(['done', 'done', 'wait']);
    expect(waits.map((waitFor) => asks('propose', waitFor, proposed(false, true)))).toEqual(
      Array(3).fill('done'),
    );
  });

  test('one that is over comes no further, also while its end can be replaced', () => {
    for (const waitFor of waits) expect(asks('propose', waitFor, proposed(true, false))).toBe('done');
  });

  test('a request at fault waits for none', () => {
    for (const waitFor of waits) expect(asks('propose', waitFor, open, phases.faulty)).toBe('done');
  });
});

describe('every run ends', () => {
  test('what is done stays done when less time is left', () => {
    always([anyPhase, anyStanding, anyCaller, fc.nat({ max: 20_000 })], (phase, standing, caller, passed) => {
      if (decide(phase, standing, caller) !== 'done') return;
      expect(decide(phase, standing, { ...caller, timeLeft: caller.timeLeft - passed })).toBe('done');
    });
  });

  test('a caller who waits for less is done no later', () => {
    always([anyPhase, anyStanding, anyCaller], (phase, standing, caller) => {
      const isDone = waits.map((waitFor) => decide(phase, standing, { ...caller, waitFor }) === 'done');
      expect(isDone).toEqual([...isDone].sort().reverse());
    });
  });
});
