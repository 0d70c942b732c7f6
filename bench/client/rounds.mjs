// Rounds of cases that take turns, so that what disturbs the machine disturbs all of them. What counts is the time of
// the processor, garbage collection included, not that of the clock.

const quick = process.argv.includes('-quick');
const rounds = quick ? 7 : 25;
/** Of one case in one round. */
const microseconds = quick ? 3000 : 10_000;

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Runs a case for a while, and returns its operations in a second of the processor. */
async function time({ prepare, run }, batch) {
  let done = 0;
  let spent = 0;
  do {
    prepare?.(batch);
    const start = cpu();
    await run(batch);
    spent += cpu() - start;
    done += batch;
  } while (spent < microseconds);
  return (done / spent) * 1e6;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * Prints a table: the median of each case, and how many times the fastest peer's it is. A case is
 * `{ name, ours, run(n) }`; `run` does the work n times, and `check` throws if it was not done. What `prepare(n)` does
 * is not measured.
 */
export async function table(title, cases, batch) {
  for (const one of cases) await time(one, batch);
  const rates = cases.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < cases.length; i++) {
      const at = (i + round) % cases.length;
      rates[at].push(await time(cases[at], batch));
    }
  for (const one of cases) one.check();
  const medians = rates.map(median);
  const best = Math.max(...medians.filter((_, i) => !cases[i].ours));
  console.log(`\n${title}; medians of ${String(rounds)} rounds in turn${quick ? ', a trial' : ''}\n`);
  console.log('| | operations/s | beside the fastest peer |\n|---|---:|---:|');
  for (const [i, { name }] of cases.entries())
    console.log(`| ${name} | ${Math.round(medians[i]).toLocaleString('en')} | ${(medians[i] / best).toFixed(2)} |`);
}
